// ICMP echo from any address, and who answers it. An echo reply carries no name:
// the Ethernet source tells who sent it, and only a packet socket shows that.
#pragma once

#include "address.hpp"
#include "common.hpp"

#include <functional>

namespace labnet {

class Echoes {
public:
    explicit Echoes(const Address& peer);
    // The address that questions come from if nobody says otherwise.
    Address usual_source() const;
    // 0, or the errno.
    int send(const Address& source, std::uint16_t id);
    // To be read from when it is readable.
    int fd() const { return replies_.get(); }
    using Heard = std::function<void(const Address& source, std::uint16_t id, std::string mac)>;
    void hear(const Heard& heard);

private:
    Address peer_;
    Fd requests_;
    Fd replies_;
};

} // namespace labnet
