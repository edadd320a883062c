// SPDX-License-Identifier: GPL-2.0
// A group by Corosync: ordered messages by its CPG, the quorum and the machines by its
// quorum service.
#pragma once

#include "membership/group.hpp"

#include <asio/any_io_executor.hpp>
#include <memory>
#include <string>

namespace nfc {

// The group of that name. Corosync may come later, and come back: while it is not there
// the view has nobody in it, and no quorum.
std::unique_ptr<Group> join_corosync(asio::any_io_executor executor, std::string name,
                                     GroupEvents events);

} // namespace nfc
