// Addresses and endpoints of both families, where a subcommand does not care which.
#pragma once

#include <array>
#include <cstdint>
#include <netinet/in.h>
#include <span>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace labnet {

class Address {
public:
    Address() : Address(in_addr{INADDR_ANY}) {}
    explicit Address(in_addr address);
    explicit Address(const in6_addr& address);
    static Address parse(const std::string& text);
    static Address any(int family);

    int family() const { return family_; }
    bool v6() const { return family_ == AF_INET6; }
    in_addr as_v4() const;
    in6_addr as_v6() const;
    // As in a packet: 4 or 16 bytes.
    std::span<const std::uint8_t> bytes() const { return {bytes_.data(), v6() ? 16U : 4U}; }
    std::string text() const;
    // The lowest 64 bits (IPv4: 32) as a number, and an address so much further on.
    std::uint64_t low() const;
    Address plus(std::uint64_t steps) const;
    auto operator<=>(const Address&) const = default;

private:
    int family_;
    std::array<std::uint8_t, 16> bytes_{};
};

// ADDRESS or FIRST-LAST.
class AddressRange {
public:
    AddressRange() : AddressRange(Address(), 1) {}
    static AddressRange parse(const std::string& text);
    // What --source says, if anything; of the peer's family.
    static AddressRange sources(const std::string& text, const Address& peer);
    bool is_any() const { return first_ == Address::any(first_.family()); }
    std::uint64_t size() const { return size_; }
    Address operator[](std::uint64_t index) const { return first_.plus(index % size_); }

private:
    AddressRange(Address first, std::uint64_t size) : first_(first), size_(size) {}
    Address first_;
    std::uint64_t size_;
};

// What bind, connect and their like take.
class Endpoint {
public:
    Endpoint() = default; // to be filled by the kernel
    Endpoint(const Address& address, std::uint16_t port);
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
    sockaddr* fill() { return reinterpret_cast<sockaddr*>(&storage_); }
    socklen_t* fill_size() { return &size_; }
    socklen_t size() const { return size_; }
    Address address() const;
    std::uint16_t port() const;

private:
    sockaddr_storage storage_{};
    socklen_t size_ = sizeof(sockaddr_storage);
};

// Where a socket is bound to.
Endpoint bound_to(int fd);
// Lets it bind to an address that this host does not have.
void bind_freely(int fd, int family);

} // namespace labnet
