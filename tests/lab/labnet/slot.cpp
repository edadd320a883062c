// Which slot a packet falls into, computed by itself: no line of this comes from
// the modules that it is compared with. For every line "ADDRESS PORT ..." on
// stdin, as `labnet ask` prints them, says "ADDRESS PORT NAME<slot>".
#include "common.hpp"

#include <bit>
#include <cstdio>
#include <iostream>
#include <sstream>

namespace labnet {
namespace {

struct Hash {
    unsigned words = 1; // of address, source port, destination port
    std::uint32_t init = 0;
};

// Bob Jenkins' lookup3 for at most three words: only its final mixing is left.
std::uint32_t mixed(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
    const auto step = [](std::uint32_t& x, std::uint32_t y, int turn) {
        x = (x ^ y) - std::rotl(y, turn);
    };
    step(c, b, 14);
    step(a, c, 11);
    step(b, a, 25);
    step(c, b, 16);
    step(a, c, 4);
    step(b, a, 14);
    step(c, b, 24);
    return c;
}

// Ports count as the machine finds them in the packet: not swapped.
std::uint32_t hashed(const Hash& hash, in_addr source, std::uint16_t sport, std::uint16_t dport) {
    const std::uint32_t start = 0xdeadbeef + 4 * hash.words + hash.init;
    return mixed(start + ntohl(source.s_addr), start + (hash.words > 1 ? htons(sport) : 0),
                 start + (hash.words > 2 ? htons(dport) : 0));
}

unsigned words_of(std::string_view mode) {
    if (mode == "sourceip")
        return 1;
    if (mode == "sourceip-sourceport")
        return 2;
    if (mode == "sourceip-sourceport-destport")
        return 3;
    throw Usage("\"" + std::string(mode) + "\" is no hashmode");
}

} // namespace

int slot(Options& options) {
    Hash hash;
    hash.words = words_of(options.text_or("--hashmode", "sourceip"));
    hash.init = static_cast<std::uint32_t>(options.number_or("--hash-init", 0, 0xffffffff));
    const std::uint64_t total = options.number_or("--total-nodes", 1, 0xffff);
    const auto dport = static_cast<std::uint16_t>(options.number_or("--dport", 0, 65535));
    const std::string name = options.text_or("--name", "node");
    const bool portless = options.flag("--portless");
    options.done();

    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream fields(line);
        std::string address, port;
        if (!(fields >> address >> port))
            throw std::runtime_error("\"" + line + "\" begins with no address and port");
        const auto sport = static_cast<std::uint16_t>(parse_number(port, 65535, "port"));
        const std::uint32_t value =
            hashed(hash, parse_address(address), portless ? 0 : sport, portless ? 0 : dport);
        std::printf("%s %s %s%llu\n", address.c_str(), port.c_str(), name.c_str(),
                    static_cast<unsigned long long>((value * total >> 32) + 1));
    }
    return 0;
}

} // namespace labnet
