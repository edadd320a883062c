// Rules as iptables never makes them: a whole table handed to the kernel by raw
// setsockopt, holding one match and one target whose every byte can be chosen;
// and the table as the kernel hands it back.
#include "common.hpp"
#include "starve.hpp"
#include "target.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <sys/socket.h>

namespace labnet {
namespace {

constexpr const char* chain_names[] = {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"};

// The rule that is tried.
struct Rule : Target {
    ipt_ip ip{};
    Bytes match; // its header included; or nothing
};

class Table {
public:
    explicit Table(const std::string& name)
        : fd_(checked(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), "raw socket")) {
        if (name.size() >= sizeof info_.name)
            throw Usage("--table: the name is too long");
        name.copy(info_.name, sizeof info_.name - 1);
        refresh();
    }

    // How many entries there are: a replacement has to say how many it replaces.
    void refresh() {
        socklen_t size = sizeof info_;
        if (getsockopt(fd_.get(), IPPROTO_IP, IPT_SO_GET_INFO, &info_, &size) < 0)
            fail(std::string("table ") + info_.name);
    }

    // 0, or the errno with which the kernel refused.
    int replace(unsigned chain, const Rule& rule, std::uint64_t copies) {
        if (!(info_.valid_hooks & 1U << chain))
            throw Usage("the table has no such chain");
        ipt_replace head{};
        Bytes entries;
        for (unsigned hook = 0; hook < NF_INET_NUMHOOKS; ++hook) {
            if (!(info_.valid_hooks & 1U << hook))
                continue;
            head.hook_entry[hook] = static_cast<unsigned>(entries.size());
            for (std::uint64_t i = 0; hook == chain && i < copies; ++i, ++head.num_entries)
                append_rule(entries, rule);
            head.underflow[hook] = static_cast<unsigned>(entries.size());
            append_standard(entries, XT_STANDARD_TARGET, -NF_ACCEPT - 1);
            ++head.num_entries;
        }
        append_standard(entries, XT_ERROR_TARGET, Rule().name);
        ++head.num_entries;

        std::vector<xt_counters> counters(info_.num_entries);
        std::memcpy(head.name, info_.name, sizeof head.name);
        head.valid_hooks = info_.valid_hooks;
        head.size = static_cast<unsigned>(entries.size());
        head.num_counters = info_.num_entries;
        head.counters = counters.data();
        Bytes blob;
        append(blob,
               {reinterpret_cast<const std::uint8_t*>(&head), offsetof(ipt_replace, entries)});
        append(blob, entries);
        return setsockopt(fd_.get(), IPPROTO_IP, IPT_SO_SET_REPLACE, blob.data(),
                          static_cast<socklen_t>(blob.size())) < 0
                   ? errno
                   : 0;
    }

    // The table's entries, as the kernel shows them.
    Bytes entries() const {
        Bytes blob(sizeof(ipt_get_entries) + info_.size);
        ipt_get_entries head{};
        std::memcpy(head.name, info_.name, sizeof head.name);
        head.size = info_.size;
        std::memcpy(blob.data(), &head, sizeof head);
        auto size = static_cast<socklen_t>(blob.size());
        if (getsockopt(fd_.get(), IPPROTO_IP, IPT_SO_GET_ENTRIES, blob.data(), &size) < 0)
            fail("entries of the table");
        return {blob.begin() + sizeof head, blob.end()};
    }

private:
    static void append_rule(Bytes& entries, const Rule& rule) {
        ipt_entry entry{};
        xt_entry_target target{};
        entry.ip = rule.ip;
        entry.target_offset = static_cast<std::uint16_t>(sizeof entry + rule.match.size());
        entry.next_offset =
            static_cast<std::uint16_t>(entry.target_offset + sizeof target + rule.data.size());
        std::memcpy(target.u.user.name, rule.name, sizeof rule.name);
        target.u.user.revision = rule.revision;
        target.u.user.target_size = rule.target_size;
        append(entries, bytes_of(entry));
        append(entries, rule.match);
        append(entries, bytes_of(target));
        append(entries, rule.data);
    }

    // What every table ends its chains with: a verdict, or the end of the table.
    static void append_standard(Bytes& entries, std::string_view name, const auto& data) {
        Rule rule;
        name.copy(rule.name, name.size());
        append(rule.data, bytes_of(data));
        rule.data.resize(XT_ALIGN(rule.data.size()));
        rule.target_size = static_cast<std::uint16_t>(sizeof(xt_entry_target) + rule.data.size());
        append_rule(entries, rule);
    }

    Fd fd_;
    ipt_getinfo info_{};
};

// --match NAME with the bytes of --match-data, which need not be aligned.
Bytes match_of(Options& options) {
    const std::string name = options.text_or("--match", "");
    const Bytes data = parse_hex(options.text_or("--match-data", ""), "--match-data");
    xt_entry_match match{};
    match.u.user.revision =
        static_cast<std::uint8_t>(options.number_or("--match-revision", 0, 0xff));
    if (name.empty())
        return {};
    name.copy(match.u.user.name, sizeof match.u.user.name - 1);
    const std::size_t size = sizeof match + data.size();
    match.u.user.match_size = static_cast<std::uint16_t>(size);
    Bytes bytes;
    append(bytes, bytes_of(match));
    append(bytes, data);
    return bytes;
}

// One to three bytes anywhere in the rule become others.
void mutate(Rule& rule, std::mt19937& random) {
    for (auto changes = 1 + random() % 3; changes; --changes) {
        const auto value = static_cast<std::uint8_t>(random());
        switch (random() % 8) {
        case 0: // the address part
            reinterpret_cast<std::uint8_t*>(&rule.ip)[random() % sizeof rule.ip] = value;
            break;
        case 1: // what the target is said to be; seldom whose it is, for then the
                // kernel asks modprobe
            if (random() % 32 == 0)
                rule.name[random() % sizeof rule.name] = static_cast<char>(value);
            else if (random() % 32 == 0)
                rule.revision = value;
            else
                rule.target_size = static_cast<std::uint16_t>(rule.target_size + value - 128);
            break;
        case 2:
            rule.data.resize(rule.data.size() + 8 * (random() % 2));
            break;
        default:
            change_byte(rule.data, random);
        }
    }
}

// Many rules that are hardly right; prints how often the kernel said what.
int fuzz(Table& table, unsigned chain, const Rule& rule, std::uint64_t seed, std::uint64_t count) {
    std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
    Tally said;
    while (count--) {
        Rule changed = rule;
        mutate(changed, random);
        const int error = table.replace(chain, changed, 1);
        table.refresh();
        said.count(error);
    }
    said.print();
    return 0;
}

// The rule in, the rule out, again and again, as quickly as it goes.
int churn(Table& table, unsigned chain, const Rule& rule, std::uint64_t count) {
    Tally said;
    for (std::uint64_t i = 0; i < 2 * count; ++i) {
        const int error = table.replace(chain, rule, 1 - i % 2);
        table.refresh();
        said.count(error);
    }
    said.print();
    return 0;
}

// With one allocation failing. Status 2: there were fewer than `nth`.
int starved(Table& table, unsigned chain, const Rule& rule, std::uint64_t nth) {
    Starvation starvation;
    starvation.begin(nth);
    const int error = table.replace(chain, rule, 1);
    const bool failed = starvation.end();
    std::puts(Tally::word(error));
    if (!failed)
        return 2;
    return error ? 1 : 0;
}

int set(Options& options) {
    Table table(options.text_or("--table", "filter"));
    const std::string chain = options.text_or("--chain", "INPUT");
    const auto found = std::find(std::begin(chain_names), std::end(chain_names), chain);
    if (found == std::end(chain_names))
        throw Usage("\"" + chain + "\" is no built-in chain");
    const std::uint64_t copies = options.number_or("--copies", 1, 10000);

    Rule rule;
    ipt_ip& ip = rule.ip;
    ip.dst = parse_address(options.text_or("--dst", "192.168.0.10"));
    ip.dmsk = parse_address(options.text_or("--dst-mask", "255.255.255.255"));
    ip.flags = static_cast<std::uint8_t>(options.number_or("--ip-flags", 0, 0xff));
    ip.invflags = static_cast<std::uint8_t>(options.number_or("--invflags", 0, 0xff));
    ip.proto = static_cast<std::uint16_t>(options.number_or("--proto", 0, 0xffff));
    std::strcpy(ip.iniface, "eth0");
    fill_field(options, "--iniface", "--iniface-raw", ip.iniface);
    // As iptables makes it: the name and its end must match.
    std::fill_n(ip.iniface_mask,
                std::min(strnlen(ip.iniface, IFNAMSIZ) + 1, sizeof ip.iniface_mask), 0xff);
    if (!ip.iniface[0])
        ip.iniface_mask[0] = 0;
    if (std::string mask; options.text("--iniface-mask", mask)) {
        const Bytes raw = parse_hex(mask, "--iniface-mask");
        std::fill(std::begin(ip.iniface_mask), std::end(ip.iniface_mask), 0);
        std::copy_n(raw.begin(), std::min(raw.size(), sizeof ip.iniface_mask), ip.iniface_mask);
    }

    rule.match = match_of(options);
    static_cast<Target&>(rule) = target_from(options);
    std::uint64_t seed = 0;
    const bool mutated = options.number("--mutate", seed, 0xffffffff);
    const std::uint64_t count = options.number_or("--count", 1, 1'000'000);
    const std::uint64_t churned = options.number_or("--churn", 0, 1'000'000);
    const std::uint64_t nth = options.number_or("--starve", 0, 1'000'000);
    options.done();

    const auto hook = static_cast<unsigned>(found - std::begin(chain_names));
    if (mutated)
        return fuzz(table, hook, rule, seed, count);
    if (churned)
        return churn(table, hook, rule, churned);
    if (nth)
        return starved(table, hook, rule, nth);
    const int error = table.replace(hook, rule, copies);
    std::puts(Tally::word(error));
    return error ? 1 : 0;
}

// One line for each match and each target that is no verdict: what it is, name,
// revision, size, data.
void show(std::span<const std::uint8_t> entry, const char* what) {
    xt_entry_target head; // a match begins alike
    std::memcpy(&head, entry.data(), sizeof head);
    const auto& user = head.u.user;
    const std::string name(user.name, strnlen(user.name, sizeof user.name));
    if (name.empty() || name == XT_ERROR_TARGET)
        return;
    std::printf("%s%s %u %zu ", what, name.c_str(), user.revision, entry.size());
    for (const std::uint8_t byte : entry.subspan(sizeof head))
        std::printf("%02x", byte);
    std::putchar('\n');
}

int get(Options& options) {
    const Table table(options.text_or("--table", "filter"));
    options.done();
    const Bytes entries = table.entries();
    for (std::size_t at = 0; at + sizeof(ipt_entry) <= entries.size();) {
        ipt_entry entry{};
        std::memcpy(&entry, &entries[at], sizeof entry);
        if (entry.next_offset < entry.target_offset + sizeof(xt_entry_target) ||
            entry.target_offset < sizeof entry || at + entry.next_offset > entries.size())
            throw std::runtime_error("the kernel's table does not add up");
        const auto rule = std::span<const std::uint8_t>(entries).subspan(at, entry.next_offset);
        for (std::size_t match = sizeof entry; match < entry.target_offset;) {
            std::uint16_t size;
            std::memcpy(&size, &rule[match], sizeof size);
            if (size < sizeof(xt_entry_match) || match + size > entry.target_offset)
                throw std::runtime_error("the kernel's table does not add up");
            show(rule.subspan(match, size), "match ");
            match += size;
        }
        show(rule.subspan(entry.target_offset), "");
        at += entry.next_offset;
    }
    return 0;
}

} // namespace

int blob(Options& options) {
    const std::string what = options.positional("set, get or nft");
    if (what == "set")
        return set(options);
    if (what == "get")
        return get(options);
    if (what == "nft")
        return nft_rule(options);
    throw Usage("\"" + what + "\" is none of set, get and nft");
}

} // namespace labnet
