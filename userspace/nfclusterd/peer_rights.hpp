// SPDX-License-Identifier: GPL-2.0
// What the one at the other end of a unix socket may ask.
#pragma once

#include "control/protocol.hpp"

#include <cstdint>
#include <sys/types.h>

namespace nfc {

enum class Rights : std::uint8_t { None, Read, All };

// `group`: of the socket's file. The kernel says who is there.
Rights rights_of(int socket, gid_t group);
bool may(Rights rights, control::Verb verb);

} // namespace nfc
