// SPDX-License-Identifier: GPL-2.0
// Starts watches on the daemon's loop.
#pragma once

#include "checks/tls.hpp"
#include "nfclusterd/supervisor.hpp"

namespace nfc {

// `authorities` has to outlive the loop.
StartWatch watches_on(asio::any_io_executor executor, TlsAuthorities& authorities);

} // namespace nfc
