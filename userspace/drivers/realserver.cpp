// SPDX-License-Identifier: GPL-2.0
#include "drivers/realserver.hpp"

#include "drivers/fd.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <set>

namespace nfc::own {

namespace {

using Outcome = RealServerRole::Outcome;

// Whether it was done; what was, and what was not, is noted.
template <typename T>
bool note(Outcome& outcome, const Result<T>& result, std::string what) {
    if (result)
        outcome.done.push_back(std::move(what));
    else
        outcome.failures.push_back(result.error());
    return static_cast<bool>(result);
}

// Both, and of one sysctl what the newer says.
Borrowed joined(const Borrowed& old, Borrowed newer) {
    newer.sysctls.insert(old.sysctls.begin(), old.sysctls.end());
    newer.up.insert(old.up.begin(), old.up.end());
    newer.addresses.insert(old.addresses.begin(), old.addresses.end());
    return newer;
}

} // namespace

Result<Borrowed> RealServerRole::recall() const {
    std::string text;
    const Fd fd(::open(memory_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd && errno == ENOENT)
        return Borrowed{};
    if (!fd || !read_all(fd, text))
        return Error{Kind::Unavailable,
                     fmt::format("cannot read {}: {}", memory_.string(), errno_text(errno))};
    return read_borrowed(text);
}

// Whole, or as it was.
Result<Done> RealServerRole::remember(const Borrowed& borrowed) const {
    const auto text = to_text(borrowed);
    const auto fresh = memory_.string() + ".new";
    const Fd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd || ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fsync(fd.get()) || ::rename(fresh.c_str(), memory_.c_str()))
        return Error{Kind::Unavailable,
                     fmt::format("cannot write {}: {}", memory_.string(), errno_text(errno))};
    return Done{};
}

// What we want or have set; the rest is none of our business.
Result<Settings> RealServerRole::look(const Settings& wanted, const Borrowed& borrowed) const {
    Settings are;
    std::set<std::string> names, links, interfaces;
    for (const auto& [name, value] : wanted.sysctls)
        names.insert(name);
    for (const auto& [name, was] : borrowed.sysctls)
        names.insert(name);
    links.insert(wanted.up.begin(), wanted.up.end());
    links.insert(borrowed.up.begin(), borrowed.up.end());
    for (const auto* addresses : {&wanted.addresses, &borrowed.addresses})
        for (const auto& address : *addresses)
            interfaces.insert(address.interface);

    for (const auto& name : names) {
        const auto value = sysctls_.read(name);
        if (!value)
            return value.error();
        if (*value)
            are.sysctls[name] = **value;
    }
    for (const auto& link : links) {
        const auto up = addresses_.is_up(link);
        if (!up)
            return up.error();
        if (*up)
            are.up.insert(link);
    }
    for (const auto& interface : interfaces) {
        const auto addresses = addresses_.of(interface);
        if (!addresses)
            return addresses.error();
        are.addresses.insert(addresses->begin(), addresses->end());
    }
    return are;
}

Outcome RealServerRole::apply(const std::vector<RealServer>& servers) const {
    Outcome outcome;
    const auto wanted = wanted_settings(servers);
    const auto borrowed = recall();
    if (!borrowed) {
        outcome.failures.push_back(borrowed.error());
        return outcome;
    }
    if (servers.empty() && *borrowed == Borrowed{})
        return outcome;
    for (const auto& tunnel : wanted.up)
        if (const auto there = addresses_.need_tunnel(tunnel); !there)
            outcome.failures.push_back(there.error());
    const auto are = look(wanted, *borrowed);
    if (!are) {
        outcome.failures.push_back(are.error());
        return outcome;
    }
    const auto changes = settings_changes(*are, wanted, *borrowed);
    // Before the first change: if we end on the way, the next one knows.
    const auto meanwhile = joined(*borrowed, changes.borrowed);
    if (meanwhile != *borrowed)
        if (const auto kept = remember(meanwhile); !kept) {
            outcome.failures.push_back(kept.error());
            return outcome;
        }

    for (const auto& address : changes.remove)
        note(outcome, addresses_.remove(address), to_string(address) + ": taken away");
    for (const auto& link : changes.take_down)
        note(outcome, addresses_.set_up(link, false), link + ": down");
    bool silent = true;
    for (const auto& [name, value] : changes.write) {
        const auto before = sysctls_.set(name, value);
        silent = note(outcome, before,
                      fmt::format("net/{}: {}, was {}", name, value, before ? *before : "")) &&
                 silent;
    }
    for (const auto& link : changes.bring_up)
        note(outcome, addresses_.set_up(link, true), link + ": up");
    // Without the sysctls this machine would answer for it, and take the service over.
    for (const auto& address : changes.add)
        if (silent)
            note(outcome, addresses_.add(address), to_string(address) + ": added");
    if (outcome.failures.empty() && changes.borrowed != meanwhile)
        if (const auto kept = remember(changes.borrowed); !kept)
            outcome.failures.push_back(kept.error());
    return outcome;
}

} // namespace nfc::own
