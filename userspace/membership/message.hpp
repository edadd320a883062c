// SPDX-License-Identifier: GPL-2.0
// Messages as bytes (CBOR, RFC 8949). Nodes of neighbouring versions work together:
// what a reader does not know it passes over, and a message says the oldest version
// that can do so with it.
#pragma once

#include "core/member.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace nfc {

constexpr unsigned message_version = 1;
// Of 4096 slots, with the longest texts.
constexpr std::size_t message_longest = 4096;

std::string encode(const Message& message);
// Whatever the bytes are. The error names the field that is wrong.
Result<Message> decode(std::string_view bytes);

} // namespace nfc
