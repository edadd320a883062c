// SPDX-License-Identifier: GPL-2.0
#include "checks/asio.hpp"

#include <asio/impl/src.hpp>
