// SPDX-License-Identifier: GPL-2.0
#include "drivers/address.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

namespace nfc::own {

namespace {

using netlink::Answer;
using netlink::Attributes;
using netlink::Reader;
using netlink::Writer;

// A message: a header of its kind, and attributes behind it.
template <typename Head>
Attributes message_of(const Head& head, const Writer& writer) {
    Attributes message(NLMSG_ALIGN(sizeof(head)));
    std::memcpy(message.data(), &head, sizeof(head));
    message.insert(message.end(), writer.attributes().begin(), writer.attributes().end());
    return message;
}

template <typename Head>
std::optional<Head> head_of(const Attributes& message) {
    Head head;
    if (message.size() < NLMSG_ALIGN(sizeof(head)))
        return std::nullopt;
    std::memcpy(&head, message.data(), sizeof(head));
    return head;
}

template <typename Head>
Reader attributes_of(const Attributes& message, std::uint16_t most) {
    constexpr auto size = NLMSG_ALIGN(sizeof(Head));
    return Reader(message.data() + size, message.size() - size, most);
}

std::size_t size_of(Family family) {
    return family == Family::V4 ? 4 : 16;
}

Attributes link_message(unsigned index, unsigned flags, unsigned changed, const Writer& writer) {
    ifinfomsg head{};
    head.ifi_family = AF_UNSPEC;
    head.ifi_index = static_cast<int>(index);
    head.ifi_flags = flags;
    head.ifi_change = changed;
    return message_of(head, writer);
}

Error refused(const std::string& what, int number) {
    if (number == EPERM || number == EACCES)
        return {Kind::Unavailable, fmt::format("{}: only root of the machine may do that", what)};
    return {Kind::Refused, fmt::format("{}: the kernel refused it: {}", what, errno_text(number))};
}

} // namespace

// --- the wire

Attributes write_address(unsigned index, const Ip& ip, std::uint8_t prefix) {
    const bool v4 = ip.family == Family::V4;
    ifaddrmsg head{};
    Writer writer;
    head.ifa_family = v4 ? AF_INET : AF_INET6;
    head.ifa_prefixlen = prefix;
    head.ifa_index = index;
    writer.put(IFA_LOCAL, ip.bytes.data(), size_of(ip.family));
    writer.put(IFA_ADDRESS, ip.bytes.data(), size_of(ip.family));
    // The address is elsewhere too, on purpose: nobody need look for it.
    if (!v4)
        writer.put_u32(IFA_FLAGS, IFA_F_NODAD);
    return message_of(head, writer);
}

std::optional<Found> read_address(const Attributes& message) {
    const auto head = head_of<ifaddrmsg>(message);
    if (!head || (head->ifa_family != AF_INET && head->ifa_family != AF_INET6))
        return std::nullopt;
    Found found;
    found.index = head->ifa_index;
    found.ip.family = head->ifa_family == AF_INET ? Family::V4 : Family::V6;
    found.prefix = head->ifa_prefixlen;
    const auto size = size_of(found.ip.family);
    const auto reader = attributes_of<ifaddrmsg>(message, IFA_MAX);
    // Of two ends, the local one is ours; IPv6 has no IFA_LOCAL without a peer.
    const auto* bytes = reader.bytes(IFA_LOCAL, size);
    if (!bytes)
        bytes = reader.bytes(IFA_ADDRESS, size);
    if (!bytes || found.prefix > size * 8)
        return std::nullopt;
    std::memcpy(found.ip.bytes.data(), bytes, size);
    return found;
}

std::optional<bool> read_link(const Attributes& message) {
    const auto head = head_of<ifinfomsg>(message);
    return head ? std::optional((head->ifi_flags & IFF_UP) != 0) : std::nullopt;
}

// --- the kernel

Result<Done> KernelRoute::open() {
    if (open_)
        return Done{};
    const auto done = socket_.open(NETLINK_ROUTE);
    open_ = static_cast<bool>(done);
    return done;
}

unsigned KernelRoute::index_of(const std::string& interface) {
    return ::if_nametoindex(interface.c_str());
}

Result<Answer> Addresses::ask(const std::string& what, std::uint16_t type, std::uint16_t flags,
                              const Attributes& payload, std::uint16_t answers, int fine) const {
    if (const auto open = route_->open(); !open)
        return open.error();
    constexpr int attempts = 5; // of a listing that changes while it is read
    for (int attempt = 1;; ++attempt) {
        auto answer = route_->ask(type, flags, payload, answers);
        if (!answer.error || answer.error == fine)
            return answer;
        if (answer.error != EINTR || attempt == attempts)
            return refused(what, answer.error);
    }
}

Result<unsigned> Addresses::index(const std::string& interface) const {
    if (const auto index = route_->index_of(interface))
        return index;
    return Error{Kind::NoCluster, fmt::format("there is no interface {}", interface)};
}

Result<std::set<Address>> Addresses::of(const std::string& interface) const {
    std::set<Address> addresses;
    const auto index = route_->index_of(interface);
    if (!index)
        return addresses;
    const auto answer = ask("the list of addresses", RTM_GETADDR, NLM_F_DUMP,
                            message_of(ifaddrmsg{}, {}), RTM_NEWADDR);
    if (!answer)
        return answer.error();
    for (const auto& message : answer->messages)
        if (const auto found = read_address(message); found && found->index == index)
            addresses.insert({interface, found->ip, found->prefix});
    return addresses;
}

Result<Done> Addresses::add(const Address& address) const {
    const auto on = index(address.interface);
    if (!on)
        return on.error();
    const auto answer = ask(to_string(address), RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
                            write_address(*on, address.ip, address.prefix), 0, EEXIST);
    return answer ? Result<Done>(Done{}) : answer.error();
}

Result<Done> Addresses::remove(const Address& address) const {
    const auto on = route_->index_of(address.interface);
    if (!on) // with its interface, the address is gone
        return Done{};
    const auto answer = ask(to_string(address), RTM_DELADDR, NLM_F_ACK,
                            write_address(on, address.ip, address.prefix), 0, EADDRNOTAVAIL);
    return answer ? Result<Done>(Done{}) : answer.error();
}

Result<bool> Addresses::is_up(const std::string& interface) const {
    const auto on = route_->index_of(interface);
    if (!on)
        return false;
    const auto answer =
        ask(interface, RTM_GETLINK, NLM_F_ACK, link_message(on, 0, 0, {}), RTM_NEWLINK);
    if (!answer)
        return answer.error();
    const auto up = answer->messages.empty() ? std::nullopt : read_link(answer->messages.front());
    if (!up)
        return Error{Kind::Unavailable,
                     fmt::format("the kernel's answer about {} makes no sense", interface)};
    return *up;
}

Result<Done> Addresses::set_up(const std::string& interface, bool up) const {
    const auto on = route_->index_of(interface);
    if (!on && !up)
        return Done{};
    if (!on)
        return Error{Kind::NoCluster, fmt::format("there is no interface {}", interface)};
    const auto answer = ask(interface, RTM_NEWLINK, NLM_F_ACK,
                            link_message(on, up ? unsigned{IFF_UP} : 0u, IFF_UP, {}), 0);
    return answer ? Result<Done>(Done{}) : answer.error();
}

Result<Done> Addresses::need_tunnel(const std::string& interface) const {
    if (route_->index_of(interface))
        return Done{};
    // To ask for any tunnel of the kind loads the module, which brings this one.
    Writer kind, all;
    kind.put_text(IFLA_INFO_KIND, interface == tunnel_device(Family::V4) ? "ipip" : "ip6tnl");
    all.put_text(IFLA_IFNAME, interface);
    all.put_nested(IFLA_LINKINFO, kind.attributes());
    const auto answer = ask(interface, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
                            link_message(0, 0, 0, all), 0, EEXIST);
    return answer ? Result<Done>(Done{}) : answer.error();
}

} // namespace nfc::own
