// SPDX-License-Identifier: GPL-2.0
#include "drivers/ipvs.hpp"

#include "core/ipvs_apply.hpp"
#include "drivers/ipvs_wire.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <linux/ip_vs.h>

namespace nfc::ipvs {

namespace {

using netlink::Answer;
using netlink::Attributes;

constexpr int attempts = 5; // of a listing that changes while it is read

Error only_root() {
    return {Kind::Unavailable, "only root of the machine may see and change IPVS"};
}

Error refused(int number) {
    if (number == EPERM || number == EACCES)
        return only_root();
    return {Kind::Refused, fmt::format("the kernel refused it: {}", errno_text(number))};
}

Error no_sense() {
    return {Kind::Unavailable, "the kernel's answer about IPVS makes no sense"};
}

struct Request {
    std::uint8_t command;
    Attributes attributes;
};

struct ToRequest {
    Request operator()(const AddService& c) const {
        return {IPVS_CMD_NEW_SERVICE, write_service(c.service)};
    }
    Request operator()(const EditService& c) const {
        return {IPVS_CMD_SET_SERVICE, write_service(c.service)};
    }
    Request operator()(const RemoveService& c) const {
        return {IPVS_CMD_DEL_SERVICE, write_key(c.service)};
    }
    Request operator()(const AddDestination& c) const {
        return {IPVS_CMD_NEW_DEST, write_destination(c.service, c.destination)};
    }
    Request operator()(const EditDestination& c) const {
        return {IPVS_CMD_SET_DEST, write_destination(c.service, c.destination)};
    }
    Request operator()(const RemoveDestination& c) const {
        return {IPVS_CMD_DEL_DEST, write_destination_key(c.service, c.destination)};
    }
};

const Service* service_of(const Change& change) {
    if (const auto* add = std::get_if<AddService>(&change))
        return &add->service;
    if (const auto* edit = std::get_if<EditService>(&change))
        return &edit->service;
    return nullptr;
}

bool of_destination(const Change& change) {
    return std::holds_alternative<AddDestination>(change) ||
           std::holds_alternative<EditDestination>(change) ||
           std::holds_alternative<RemoveDestination>(change);
}

} // namespace

bool Kernel::present() const {
    std::error_code ignored;
    return std::filesystem::exists(file_, ignored);
}

Result<Answer> Kernel::dump(std::uint8_t command, const Attributes& attributes) const {
    bool looked_again = false;
    for (int attempt = 0;; ++attempt) {
        auto answer = family_->ask(command, true, attributes);
        if (!answer.error)
            return answer;
        if (answer.error == ENOENT && !looked_again) {
            // Nobody has the id any more. Only a change can lack something else.
            looked_again = true;
            family_->forget();
            if (const auto open = family_->open(); !open)
                return open.error();
        } else if (answer.error != EINTR || attempt >= attempts) {
            return refused(answer.error);
        }
    }
}

Result<Table> Kernel::read() const {
    if (const auto open = family_->open(); !open)
        return open.error();
    const auto services = dump(IPVS_CMD_GET_SERVICE, {});
    if (!services)
        return services.error();

    Table table;
    for (const auto& message : services->messages) {
        auto state = read_service(message);
        if (!state)
            return no_sense();
        const auto key = state->service.key;
        // One that goes meanwhile has no destinations, and that is no error.
        const auto destinations = dump(IPVS_CMD_GET_DEST, write_key(key));
        if (!destinations)
            return destinations.error();
        for (const auto& inner : destinations->messages) {
            const auto destination = read_destination(inner, family_of(key));
            if (!destination)
                return no_sense();
            state->destinations[destination->destination.key] = *destination;
        }
        table[key] = std::move(*state);
    }
    return table;
}

Result<Done> Kernel::send(std::uint8_t command, const Attributes& attributes,
                          const std::function<Error(int)>& explain) const {
    if (const auto open = family_->open(); !open)
        return open.error();
    const auto answer = family_->ask(command, false, attributes);
    if (answer.error)
        return explain(answer.error);
    return Done{};
}

std::vector<Failure> Kernel::apply(const Changes& changes) const {
    std::vector<Failure> failures;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const auto request = std::visit(ToRequest{}, changes[i]);
        const auto done = send(request.command, request.attributes,
                               [&](int number) { return explain_refusal(changes[i], number); });
        if (!done)
            failures.push_back({i, done.error()});
    }
    return failures;
}

Result<Done> Kernel::zero(const ServiceKey& service) const {
    return send(IPVS_CMD_ZERO, write_key(service), [&](int number) {
        return number == ESRCH ? Error{Kind::NoCluster,
                                       fmt::format("there is no service {}", to_string(service))}
                               : refused(number);
    });
}

Result<Done> Kernel::zero() const {
    return send(IPVS_CMD_ZERO, {}, refused);
}

Result<Timeouts> Kernel::timeouts() const {
    if (const auto open = family_->open(); !open)
        return open.error();
    const auto answer = family_->ask(IPVS_CMD_GET_CONFIG, false, {});
    if (answer.error)
        return refused(answer.error);
    const auto timeouts =
        answer.messages.empty() ? std::nullopt : read_timeouts(answer.messages.front());
    if (!timeouts)
        return no_sense();
    return *timeouts;
}

Result<Done> Kernel::set(const Timeouts& timeouts) const {
    return send(IPVS_CMD_SET_CONFIG, write_timeouts(timeouts), refused);
}

Result<std::vector<SyncDaemon>> Kernel::sync_daemons() const {
    if (const auto open = family_->open(); !open)
        return open.error();
    const auto answer = dump(IPVS_CMD_GET_DAEMON, {});
    if (!answer)
        return answer.error();
    std::vector<SyncDaemon> daemons;
    for (const auto& message : answer->messages) {
        auto daemon = read_sync_daemon(message);
        if (!daemon)
            return no_sense();
        daemons.push_back(std::move(*daemon));
    }
    return daemons;
}

Result<Done> Kernel::start(const SyncDaemon& daemon) const {
    return send(IPVS_CMD_NEW_DAEMON, write_sync_daemon(daemon), [&](int number) {
        const auto what = fmt::format("synchronisation of IPVS on {}", daemon.interface);
        if (number == ENODEV)
            return Error{Kind::NoCluster, fmt::format("{}: there is no such interface", what)};
        if (number == EEXIST)
            return Error{Kind::Refused,
                         fmt::format("{}: a {} runs already", what, to_string(daemon.role))};
        return Error{refused(number).kind, fmt::format("{}: {}", what, refused(number).text)};
    });
}

Result<Done> Kernel::stop(SyncRole role) const {
    return send(IPVS_CMD_DEL_DAEMON, write_sync_role(role), [](int number) {
        return number == ESRCH ? Error{Kind::NoCluster, "IPVS does not synchronise"}
                               : refused(number);
    });
}

Result<Done> Kernel::flush() const {
    return send(IPVS_CMD_FLUSH, {}, refused);
}

Error explain_refusal(const Change& change, int number) {
    const auto what = subject(change);
    const auto* service = service_of(change);

    switch (number) {
    case EPERM:
    case EACCES:
        return only_root();
    case ESRCH:
        return {Kind::NoCluster, fmt::format("{}: there is no such service", what)};
    case EEXIST:
        return {Kind::Refused, fmt::format("{} is there already", what)};
    case ENOENT:
        if (service)
            return {
                Kind::Refused,
                fmt::format("{}: the kernel has no scheduler {:?}{}", what, service->scheduler,
                            service->engine.empty()
                                ? ""
                                : fmt::format(", or no persistence engine {:?}", service->engine))};
        return {Kind::NoCluster, fmt::format("there is no {}", what)};
    case EINVAL:
        if (of_destination(change))
            return {Kind::Refused, fmt::format("{}: the kernel does not take that address, or not "
                                               "with that way of forwarding",
                                               what)};
        return {Kind::Refused,
                fmt::format("{}: the kernel does not take these settings together", what)};
    case ERANGE:
        return {Kind::Refused, fmt::format("{}: a weight or threshold is out of range", what)};
    case EAFNOSUPPORT:
        return {Kind::Refused, fmt::format("{}: this kernel's IPVS has no IPv6", what)};
    default:
        return {Kind::Refused,
                fmt::format("{}: the kernel refused it: {}", what, errno_text(number))};
    }
}

} // namespace nfc::ipvs
