#include "target.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <linux/netfilter_ipv4/ipt_CLUSTERIP.h>

namespace labnet {
namespace {

Bytes clusterip_data(Options& options) {
    ipt_clusterip_tgt_info info{};
    info.flags =
        static_cast<std::uint32_t>(options.number_or("--flags", CLUSTERIP_FLAG_NEW, 0xffffffff));
    const Bytes mac = parse_mac(options.text_or("--mac", "01:02:03:04:05:06"));
    std::copy(mac.begin(), mac.end(), info.clustermac);
    info.num_total_nodes = static_cast<std::uint16_t>(options.number_or("--total", 2, 0xffff));
    std::string list = options.text_or("--local", "1");
    std::size_t nodes = 0;
    for (std::size_t comma; !list.empty(); list.erase(0, comma)) {
        comma = std::min(list.find(','), list.size());
        if (nodes == CLUSTERIP_MAX_NODES)
            throw Usage("--local: at most 16 fit; --num-local may lie about it");
        info.local_nodes[nodes++] =
            static_cast<std::uint16_t>(parse_number(list.substr(0, comma), 0xffff, "--local"));
        comma += comma < list.size();
    }
    info.num_local_nodes =
        static_cast<std::uint16_t>(options.number_or("--num-local", nodes, 0xffff));
    info.hash_mode = static_cast<clusterip_hashmode>(
        options.number_or("--hash-mode", CLUSTERIP_HASHMODE_SIP, 0xffffffff));
    info.hash_initval = static_cast<std::uint32_t>(options.number_or("--init", 0, 0xffffffff));
    // What user space puts where the kernel keeps its pointer must not matter.
    Bytes tail = parse_hex(options.text_or("--tail", "deadbeefdeadbeef"), "--tail");
    tail.resize(sizeof info.config);
    std::memcpy(&info.config, tail.data(), tail.size());
    const auto bytes = bytes_of(info);
    return {bytes.begin(), bytes.end()};
}

// OFFSET=HEX: bytes that are others.
void patch_bytes(Bytes& data, const std::string& change) {
    const std::size_t equals = std::min(change.find('='), change.size());
    const std::uint64_t at = parse_number(change.substr(0, equals), 0xffff, "--set");
    const Bytes bytes = parse_hex(change.substr(std::min(equals + 1, change.size())), "--set");
    if (at + bytes.size() > data.size())
        throw Usage("--set: past the end of the data");
    std::copy(bytes.begin(), bytes.end(), data.begin() + static_cast<std::ptrdiff_t>(at));
}

} // namespace

void fill_field(Options& options, std::string_view text_name, std::string_view raw_name,
                std::span<char> field) {
    std::string value;
    if (options.text(text_name, value)) {
        std::fill(field.begin(), field.end(), '\0');
        std::copy_n(value.begin(), std::min(value.size(), field.size()), field.begin());
    }
    if (options.text(raw_name, value)) {
        const Bytes raw = parse_hex(value, raw_name);
        std::fill(field.begin(), field.end(), '\0');
        std::copy_n(raw.begin(), std::min(raw.size(), field.size()), field.begin());
    }
}

Target target_from(Options& options) {
    Target target;
    std::strcpy(target.name, "CLUSTERIP");
    fill_field(options, "--target", "--target-raw", target.name);
    target.revision = static_cast<std::uint8_t>(options.number_or("--revision", 0, 0xff));
    target.data = clusterip_data(options);
    if (std::string hex; options.text("--data", hex))
        target.data = parse_hex(hex, "--data");
    for (const std::string& change : options.all("--set"))
        patch_bytes(target.data, change);
    // --data-size are the bytes that are there, --target-size what the header says.
    target.data.resize(options.number_or("--data-size", XT_ALIGN(target.data.size()), 60000));
    target.target_size = static_cast<std::uint16_t>(
        options.number_or("--target-size", sizeof(xt_entry_target) + target.data.size(), 0xffff));
    return target;
}

void change_byte(Bytes& data, std::mt19937& random) {
    const auto value = static_cast<std::uint8_t>(random());
    // What matters most stands in front.
    const std::size_t within = random() % 2 ? std::min<std::size_t>(data.size(), 64) : data.size();
    data[random() % within] = random() % 2 ? value : value % 8;
}

const char* Tally::word(int error) {
    return error ? strerrorname_np(error) : "accepted";
}

void Tally::print() const {
    for (const auto& [word, times] : said_)
        std::printf("%s %llu\n", word.c_str(), static_cast<unsigned long long>(times));
}

} // namespace labnet
