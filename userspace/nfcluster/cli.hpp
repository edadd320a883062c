// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "nfcluster/commands.hpp"

namespace nfc {

Exit run(Host& host, int argc, const char* const* argv);

} // namespace nfc
