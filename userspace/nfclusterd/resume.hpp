// SPDX-License-Identifier: GPL-2.0
// How the health of backends begins that nobody has watched yet: what the kernel
// serves already goes on as it is. Pure.
#pragma once

#include "core/health.hpp"
#include "nfclusterd/keeper.hpp"

#include <vector>

namespace nfc {

std::vector<Health> resume(const Pool& pool, const Serving& serving, Moment now);

} // namespace nfc
