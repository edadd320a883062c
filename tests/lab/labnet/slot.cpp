// Which slot a packet falls into, computed by itself: no line of this comes from
// the modules that it is compared with. For every line "ADDRESS PORT ..." on
// stdin, as `labnet ask` prints them, says "ADDRESS PORT NAME<slot>".
#include "address.hpp"
#include "common.hpp"

#include <bit>
#include <cstdio>
#include <iostream>
#include <sstream>

namespace labnet {
namespace {

struct Hash {
    bool source_port = false;
    bool dest_port = false;
    std::uint32_t init = 0;
};

// Bob Jenkins' lookup3 over whole words: three are mixed into the state at a time,
// the last one to three in another way.
std::uint32_t lookup3(std::span<const std::uint32_t> words, std::uint32_t init) {
    std::uint32_t a = 0xdeadbeef + 4 * static_cast<std::uint32_t>(words.size()) + init;
    std::uint32_t b = a, c = a;
    const auto mix = [](std::uint32_t& x, std::uint32_t& y, std::uint32_t z, int turn) {
        x = (x - y) ^ std::rotl(y, turn);
        y += z;
    };
    for (; words.size() > 3; words = words.subspan(3)) {
        a += words[0], b += words[1], c += words[2];
        mix(a, c, b, 4);
        mix(b, a, c, 6);
        mix(c, b, a, 8);
        mix(a, c, b, 16);
        mix(b, a, c, 19);
        mix(c, b, a, 4);
    }
    a += words.size() > 0 ? words[0] : 0;
    b += words.size() > 1 ? words[1] : 0;
    c += words.size() > 2 ? words[2] : 0;
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

// The address as one number of 32 bits, or four. Ports count as the machine finds
// them in the packet: not swapped.
std::uint32_t hashed(const Hash& hash, const Address& source, std::uint16_t sport,
                     std::uint16_t dport) {
    std::vector<std::uint32_t> words;
    for (auto rest = source.bytes(); !rest.empty(); rest = rest.subspan(4))
        words.push_back(std::uint32_t{rest[0]} << 24 | rest[1] << 16 | rest[2] << 8 | rest[3]);
    if (hash.source_port)
        words.push_back(htons(sport));
    if (hash.dest_port)
        words.push_back(htons(dport));
    return lookup3(words, hash.init);
}

Hash hash_of(std::string_view mode) {
    if (mode == "sourceip")
        return {};
    if (mode == "sourceip-sourceport")
        return {.source_port = true};
    if (mode == "sourceip-sourceport-destport")
        return {.source_port = true, .dest_port = true};
    throw Usage("\"" + std::string(mode) + "\" is no hashmode");
}

} // namespace

int slot(Options& options) {
    Hash hash = hash_of(options.text_or("--hashmode", "sourceip"));
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
            hashed(hash, Address::parse(address), portless ? 0 : sport, portless ? 0 : dport);
        std::printf("%s %s %s%llu\n", address.c_str(), port.c_str(), name.c_str(),
                    static_cast<unsigned long long>((value * total >> 32) + 1));
    }
    return 0;
}

} // namespace labnet
