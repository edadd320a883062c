// SPDX-License-Identifier: GPL-2.0
// IPVS as netlink attributes, both ways. Pure.
#pragma once

#include "core/ipvs.hpp"
#include "drivers/netlink.hpp"

#include <optional>

namespace nfc::ipvs {

// What names a service (and a destination of it), or all that is to be said of it.
netlink::Attributes write_key(const ServiceKey& key);
netlink::Attributes write_service(const Service& service);
netlink::Attributes write_destination_key(const ServiceKey& service, const DestinationKey& key);
netlink::Attributes write_destination(const ServiceKey& service, const Destination& destination);

netlink::Attributes write_timeouts(const Timeouts& timeouts);

netlink::Attributes write_sync_daemon(const SyncDaemon& daemon);
netlink::Attributes write_sync_role(SyncRole role);

// Nothing: it is not what the kernel says of a service.
std::optional<ServiceState> read_service(const netlink::Attributes& attributes);
// `family`: of the service; old kernels do not say it of destinations.
std::optional<DestinationState> read_destination(const netlink::Attributes& attributes,
                                                 Family family);
std::optional<Timeouts> read_timeouts(const netlink::Attributes& attributes);
std::optional<SyncDaemon> read_sync_daemon(const netlink::Attributes& attributes);

} // namespace nfc::ipvs
