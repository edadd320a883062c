#include "address.hpp"
#include "common.hpp"

#include <algorithm>
#include <cstring>

namespace labnet {

Address::Address(in_addr address) : family_(AF_INET) {
    std::memcpy(bytes_.data(), &address, sizeof address);
}

Address::Address(const in6_addr& address) : family_(AF_INET6) {
    std::memcpy(bytes_.data(), &address, sizeof address);
}

Address Address::parse(const std::string& text) {
    in6_addr address;
    if (inet_pton(AF_INET6, text.c_str(), &address) == 1)
        return Address(address);
    return Address(parse_address(text));
}

Address Address::any(int family) {
    return family == AF_INET6 ? Address(in6_addr{}) : Address();
}

in_addr Address::as_v4() const {
    in_addr address;
    std::memcpy(&address, bytes_.data(), sizeof address);
    return address;
}

in6_addr Address::as_v6() const {
    in6_addr address;
    std::memcpy(&address, bytes_.data(), sizeof address);
    return address;
}

std::string Address::text() const {
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(family_, bytes_.data(), text, sizeof text);
}

std::uint64_t Address::low() const {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes().subspan(v6() ? 8 : 0))
        value = value << 8 | byte;
    return value;
}

Address Address::plus(std::uint64_t steps) const {
    Address result = *this;
    std::uint64_t value = low() + steps;
    for (std::size_t i = bytes().size(), end = v6() ? 8 : 0; i-- > end; value >>= 8)
        result.bytes_[i] = static_cast<std::uint8_t>(value);
    return result;
}

AddressRange AddressRange::parse(const std::string& text) {
    const std::size_t dash = text.find('-');
    const Address first = Address::parse(text.substr(0, dash));
    const Address last = dash == std::string::npos ? first : Address::parse(text.substr(dash + 1));
    const std::uint64_t steps = last.low() - first.low();
    if (last.low() < first.low() || first.plus(steps) != last)
        throw Usage("\"" + text + "\" ends before it begins, or far away");
    return {first, steps + 1};
}

AddressRange AddressRange::sources(const std::string& text, const Address& peer) {
    const AddressRange range =
        text.empty() ? AddressRange(Address::any(peer.family()), 1) : AddressRange::parse(text);
    if (range.first_.family() != peer.family())
        throw Usage("--source is of another family than " + peer.text());
    return range;
}

Endpoint::Endpoint(const Address& address, std::uint16_t port) {
    if (address.v6()) {
        sockaddr_in6 there{};
        there.sin6_family = AF_INET6;
        there.sin6_addr = address.as_v6();
        there.sin6_port = htons(port);
        std::memcpy(&storage_, &there, size_ = sizeof there);
    } else {
        const sockaddr_in there = endpoint(address.as_v4(), port);
        std::memcpy(&storage_, &there, size_ = sizeof there);
    }
}

Address Endpoint::address() const {
    sockaddr_in v4;
    sockaddr_in6 v6;
    if (storage_.ss_family == AF_INET6) {
        std::memcpy(&v6, &storage_, sizeof v6);
        return Address(v6.sin6_addr);
    }
    std::memcpy(&v4, &storage_, sizeof v4);
    return Address(v4.sin_addr);
}

std::uint16_t Endpoint::port() const {
    sockaddr_in v4; // the port is at the same place in both
    std::memcpy(&v4, &storage_, sizeof v4);
    return ntohs(v4.sin_port);
}

Endpoint bound_to(int fd) {
    Endpoint here;
    if (getsockname(fd, here.fill(), here.fill_size()) < 0)
        fail("getsockname");
    return here;
}

void bind_freely(int fd, int family) {
    const int on = 1;
    if (setsockopt(fd, family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP,
                   family == AF_INET6 ? IPV6_FREEBIND : IP_FREEBIND, &on, sizeof on) < 0)
        fail("FREEBIND");
}

} // namespace labnet
