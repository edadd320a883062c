// SPDX-License-Identifier: GPL-2.0
// An IPVS that answers netlink as the kernel's does.
#pragma once

#include "core/ipvs_apply.hpp"
#include "drivers/ipvs_wire.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <linux/ip_vs.h>
#include <set>

namespace nfc {

class FakeIpvs : public netlink::Family {
public:
    Result<Done> open() override {
        if (missing)
            return Error{Kind::NoCluster, "IPVS is not in this kernel"};
        if (!known)
            known = loaded;
        return Done{};
    }
    void forget() override { known = 0; }

    netlink::Answer ask(std::uint8_t command, bool dump,
                        const netlink::Attributes& attributes) override {
        using namespace ipvs;
        if (error)
            return {error, {}};
        if (known != loaded)
            return {ENOENT, {}};
        if (dump)
            return list(command, attributes);
        if (command == IPVS_CMD_GET_CONFIG)
            return {0, {ipvs::write_timeouts(timeouts)}};
        asked.push_back(command);
        switch (command) {
        case IPVS_CMD_FLUSH:
            table.clear();
            return {};
        case IPVS_CMD_ZERO:
            return {};
        case IPVS_CMD_SET_CONFIG:
            timeouts = *read_timeouts(attributes);
            return {};
        case IPVS_CMD_NEW_DAEMON:
            sync.push_back(*read_sync_daemon(attributes));
            return {};
        case IPVS_CMD_DEL_DAEMON:
            return {std::erase_if(sync,
                                  [&](const SyncDaemon& one) {
                                      return write_sync_role(one.role) == attributes;
                                  })
                        ? 0
                        : ESRCH,
                    {}};
        case IPVS_CMD_NEW_SERVICE:
        case IPVS_CMD_SET_SERVICE: {
            const auto state = read_service(attributes);
            if (!state)
                return {EINVAL, {}};
            if (!schedulers.contains(state->service.scheduler))
                return {ENOENT, {}};
            if (table.contains(state->service.key) != (command == IPVS_CMD_SET_SERVICE))
                return {command == IPVS_CMD_SET_SERVICE ? ESRCH : EEXIST, {}};
            table[state->service.key].service = state->service;
            return {};
        }
        default:
            break;
        }
        const auto at = table.find(key_of(attributes));
        if (at == table.end())
            return {ESRCH, {}};
        if (command == IPVS_CMD_DEL_SERVICE) {
            table.erase(at);
            return {};
        }
        if (command == IPVS_CMD_DEL_DEST)
            return {at->second.destinations.erase(server_of(attributes)) ? 0 : ENOENT, {}};
        const auto server = read_destination(attributes, family_of(at->first));
        if (!server)
            return {EINVAL, {}};
        at->second.destinations[server->destination.key].destination = server->destination;
        return {};
    }

    ipvs::Table table;
    ipvs::Timeouts timeouts{900, 120, 300};
    std::set<std::string> schedulers = {"rr", "wrr", "wlc", "sh", "mh"};
    std::vector<ipvs::SyncDaemon> sync;
    std::vector<std::uint8_t> asked; // changes
    int error = 0;
    bool missing = false;
    int loaded = 1; // how often, which is its id
    int known = 0;

private:
    netlink::Answer list(std::uint8_t command, const netlink::Attributes& attributes) const {
        netlink::Answer answer;
        if (command == IPVS_CMD_GET_SERVICE) {
            for (const auto& [key, state] : table)
                answer.messages.push_back(ipvs::write_service(state.service));
        } else if (command == IPVS_CMD_GET_DAEMON) {
            for (const auto& daemon : sync)
                answer.messages.push_back(ipvs::write_sync_daemon(daemon));
        } else if (const auto at = table.find(key_of(attributes)); at != table.end()) {
            for (const auto& [key, server] : at->second.destinations)
                answer.messages.push_back(ipvs::write_destination(at->first, server.destination));
        }
        return answer;
    }

    static Ip ip_of(const netlink::Reader& reader, std::uint16_t family, std::uint16_t address) {
        Ip ip{reader.number(family) == AF_INET ? nfc::Family::V4 : nfc::Family::V6, {}};
        std::memcpy(ip.bytes.data(), reader.bytes(address, 16), ip.bytes.size());
        return ip;
    }

    static ipvs::ServiceKey key_of(const netlink::Attributes& attributes) {
        using namespace netlink;
        const Reader outer(attributes.data(), attributes.size(), IPVS_CMD_ATTR_MAX);
        const auto reader = *outer.nested(IPVS_CMD_ATTR_SERVICE, IPVS_SVC_ATTR_MAX);
        if (const auto mark = reader.number(IPVS_SVC_ATTR_FWMARK))
            return ipvs::Fwmark{reader.number(IPVS_SVC_ATTR_AF) == AF_INET ? nfc::Family::V4
                                                                           : nfc::Family::V6,
                                static_cast<std::uint32_t>(*mark)};
        return ipvs::Virtual{static_cast<ipvs::Protocol>(*reader.number(IPVS_SVC_ATTR_PROTOCOL)),
                             ip_of(reader, IPVS_SVC_ATTR_AF, IPVS_SVC_ATTR_ADDR),
                             ntohs(static_cast<std::uint16_t>(*reader.number(IPVS_SVC_ATTR_PORT)))};
    }

    static ipvs::DestinationKey server_of(const netlink::Attributes& attributes) {
        const netlink::Reader outer(attributes.data(), attributes.size(), IPVS_CMD_ATTR_MAX);
        const auto reader = *outer.nested(IPVS_CMD_ATTR_DEST, IPVS_DEST_ATTR_MAX);
        return {ip_of(reader, IPVS_DEST_ATTR_ADDR_FAMILY, IPVS_DEST_ATTR_ADDR),
                ntohs(static_cast<std::uint16_t>(*reader.number(IPVS_DEST_ATTR_PORT)))};
    }
};

} // namespace nfc
