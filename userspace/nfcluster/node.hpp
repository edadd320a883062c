// SPDX-License-Identifier: GPL-2.0
// What a node is like, as far as it can be in the way: read from /proc and /sys.
#pragma once

#include "core/address.hpp"
#include "core/ip.hpp"
#include "nfcluster/commands.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace nfc {

// Something that is wrong here, and the command that mends it.
struct Finding {
    enum class Grade { Bad, Note }; // a note may be as it should be
    Grade grade = Grade::Bad;
    std::string what;
    std::string mend; // empty: there is no one command
};

struct Module {
    std::string_view name;
    std::string_view sign; // the path, below /, that is there while it is loaded
};

inline constexpr Module clusterip_module{"ipt_CLUSTERIP", "proc/net/ipt_CLUSTERIP"};
inline constexpr Module condition_module{"xt_condition", "proc/net/nf_condition"};
inline constexpr Module statmark_module{"xt_STATMARK", "proc/net/nf_statmark"};
inline constexpr Module ipvs_module{"ip_vs", "proc/net/ip_vs"};

// Nothing: it is loaded, or there is one to load.
std::optional<Finding> missing(const Host& host, const Module& module);

bool interface_exists(const Host& host, std::string_view name);
bool interface_is_up(const Host& host, std::string_view name);
// /proc/sys/net/PATH; nothing: this kernel has none.
std::optional<unsigned> sysctl(const Host& host, std::string_view path);
// The higher of those of all interfaces and of one, as the kernel takes it.
unsigned sysctl_of(const Host& host, std::string_view family, std::string_view interface,
                   std::string_view name);

struct OwnAddress {
    std::string interface; // of IPv6 only
    unsigned prefix = 0;
    bool tentative = false;
    bool duplicate = false; // somebody else has it
};
std::optional<OwnAddress> own_address(const Host& host, const Ip& ip);
// Whether that interface listens for a multicast MAC.
bool listens(const Host& host, std::string_view interface, const Mac& mac);

// All rules that there are, as text.
Result<std::string> all_rules(const Host& host);
// A line that has all of these words.
bool any_rule(std::string_view rules, std::initializer_list<std::string_view> words);

} // namespace nfc
