// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/node.hpp"

#include "core/text.hpp"
#include "drivers/fd.hpp"
#include "drivers/saved_rules.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <fmt/format.h>
#include <sstream>
#include <sys/utsname.h>

namespace nfc {

namespace {

std::string text_of(const Host& host, const std::filesystem::path& path) {
    const Fd file(::open((host.root / path).c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    if (file)
        read_all(file, text);
    return text;
}

bool exists(const Host& host, const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::exists(host.root / path, ignored);
}

std::vector<std::string> words_of(std::string_view line) {
    std::istringstream in{std::string(line)};
    std::vector<std::string> words;
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

// "  |-- 10.0.0.1", and behind it "/32 host LOCAL".
bool is_local(std::string_view trie, const Ip& ip) {
    const auto wanted = to_string(ip);
    bool at_it = false;
    while (!trie.empty()) {
        const auto words = words_of(take_until(trie, '\n'));
        if (words.size() == 2 && words[0] == "|--")
            at_it = words[1] == wanted;
        else if (at_it && words.size() == 3 && words[0] == "/32" && words[2] == "LOCAL")
            return true;
    }
    return false;
}

std::string hexadecimal(const Ip& ip) {
    std::string text;
    for (const auto byte : ip.bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

constexpr unsigned ipv6_dadfailed = 0x08, ipv6_tentative = 0x40;

} // namespace

std::optional<Finding> missing(const Host& host, const Module& module) {
    if (exists(host, module.sign))
        return std::nullopt;
    utsname kernel{};
    ::uname(&kernel);
    const auto folder = std::filesystem::path("lib/modules") / kernel.release;
    const auto file = fmt::format("/{}.ko", module.name);
    for (const char* list : {"modules.dep", "modules.builtin"})
        if (text_of(host, folder / list).find(file) != std::string::npos)
            return std::nullopt;
    const bool ours = module.name != ipvs_module.name;
    return Finding{
        Finding::Grade::Bad,
        fmt::format("module {} is not loaded, and kernel {} has none", module.name, kernel.release),
        ours ? fmt::format("apt install linux-headers-{} nfcluster-dkms && modprobe {}",
                           kernel.release, module.name)
             : fmt::format("modprobe {}", module.name)};
}

bool interface_exists(const Host& host, std::string_view name) {
    return exists(host, std::filesystem::path("sys/class/net") / name);
}

bool interface_is_up(const Host& host, std::string_view name) {
    auto text = text_of(host, std::filesystem::path("sys/class/net") / name / "flags");
    std::string_view flags = text;
    const auto line = take_until(flags, '\n');
    const auto value =
        line.starts_with("0x") ? read_number(line.substr(2), 0, UINT32_MAX, 16) : std::nullopt;
    return value && (*value & 1); // IFF_UP
}

std::optional<unsigned> sysctl(const Host& host, std::string_view path) {
    const auto text = text_of(host, std::filesystem::path("proc/sys/net") / path);
    std::string_view rest = text;
    return read_number(take_until(rest, '\n'), 0, UINT32_MAX);
}

unsigned sysctl_of(const Host& host, std::string_view family, std::string_view interface,
                   std::string_view name) {
    const auto of = [&](std::string_view whose) {
        return sysctl(host, fmt::format("{}/conf/{}/{}", family, whose, name)).value_or(0);
    };
    return std::max(of("all"), of(interface));
}

std::optional<OwnAddress> own_address(const Host& host, const Ip& ip) {
    if (ip.family == Family::V4) {
        if (is_local(text_of(host, "proc/net/fib_trie"), ip))
            return OwnAddress{{}, 32};
        return std::nullopt;
    }
    const auto wanted = hexadecimal(ip);
    const auto text = text_of(host, "proc/net/if_inet6");
    for (std::string_view rest = text; !rest.empty();) {
        const auto words =
            words_of(take_until(rest, '\n')); // address index prefix scope flags name
        if (words.size() != 6 || words[0] != wanted)
            continue;
        const auto flags = read_number(words[4], 0, UINT32_MAX, 16).value_or(0);
        return OwnAddress{words[5], read_number(words[2], 0, 128, 16).value_or(128),
                          (flags & ipv6_tentative) != 0, (flags & ipv6_dadfailed) != 0};
    }
    return std::nullopt;
}

bool listens(const Host& host, std::string_view interface, const Mac& mac) {
    std::string wanted;
    for (const auto byte : mac.bytes)
        wanted += fmt::format("{:02x}", byte);
    const auto text = text_of(host, "proc/net/dev_mcast");
    for (std::string_view rest = text; !rest.empty();) {
        const auto words = words_of(take_until(rest, '\n')); // index name users global address
        if (words.size() == 5 && words[1] == interface && words[4] == wanted)
            return true;
    }
    return false;
}

Result<std::string> all_rules(const Host& host) {
    return saved_text(host.rule_programs);
}

bool any_rule(std::string_view rules, std::initializer_list<std::string_view> words) {
    while (!rules.empty()) {
        const auto line = words_of(take_until(rules, '\n'));
        if (std::ranges::all_of(words, [&](std::string_view word) {
                return std::ranges::find(line, word) != line.end();
            }))
            return true;
    }
    return false;
}

} // namespace nfc
