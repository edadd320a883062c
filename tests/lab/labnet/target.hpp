// A target of a rule, its every byte to be chosen: as both kinds of iptables hand
// it to the kernel.
#pragma once

#include "common.hpp"

#include <linux/netfilter/x_tables.h>
#include <map>
#include <random>

namespace labnet {

using Bytes = std::vector<std::uint8_t>;

struct Target {
    char name[XT_EXTENSION_MAXNAMELEN]{};
    std::uint8_t revision = 0;
    std::uint16_t target_size = 0; // what its header says
    Bytes data;                    // what is there
};

// --target, --revision, --data and so on; what none of them says is a good rule of
// CLUSTERIP.
Target target_from(Options& options);

// One byte of what a target says becomes another.
void change_byte(Bytes& data, std::mt19937& random);

// How often the kernel said what.
class Tally {
public:
    static const char* word(int error);
    void count(int error) { ++said_[word(error)]; }
    void print() const;

private:
    std::map<std::string, std::uint64_t> said_;
};

// A fixed-size field given as text (terminated when there is room) or as bytes.
void fill_field(Options& options, std::string_view text_name, std::string_view raw_name,
                std::span<char> field);

template <typename T>
std::span<const std::uint8_t> bytes_of(const T& object) {
    return {reinterpret_cast<const std::uint8_t*>(&object), sizeof object};
}

inline void append(Bytes& bytes, std::span<const std::uint8_t> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

// labnet blob nft: such a rule by netlink, into a chain that is there.
int nft_rule(Options& options);

} // namespace labnet
