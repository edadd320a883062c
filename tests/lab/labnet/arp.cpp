// ARP on the wire: frames with any field set, short ones and wrong ones too; and
// what passes an interface in both directions, one comparable line a frame.
#include "frames.hpp"

#include <algorithm>
#include <cstring>
#include <linux/if_ether.h>
#include <net/if_arp.h>

namespace labnet {
namespace {

void append_address(Bytes& bytes, const std::string& text) {
    const in_addr address = parse_address(text);
    append(bytes, {reinterpret_cast<const std::uint8_t*>(&address), sizeof address});
}

int send_frames(Options& options) {
    const std::string device = options.text_or("--dev", "eth0");
    const Bytes own = mac_of(device);
    const Bytes everyone(6, 0xff);

    Bytes frame = mac_option(options, "--eth-dst", everyone);
    append(frame, mac_option(options, "--eth-src", own));
    append16(frame, ETH_P_ARP);
    Bytes payload;
    append16(payload, options.number_or("--htype", ARPHRD_ETHER, 0xffff));
    append16(payload, options.number_or("--ptype", ETH_P_IP, 0xffff));
    payload.push_back(static_cast<std::uint8_t>(options.number_or("--hlen", 6, 0xff)));
    payload.push_back(static_cast<std::uint8_t>(options.number_or("--plen", 4, 0xff)));
    append16(payload, options.number_or("--op", ARPOP_REQUEST, 0xffff));
    append(payload, mac_option(options, "--sha", own));
    append_address(payload, options.text_or("--spa", "0.0.0.0"));
    append(payload, mac_option(options, "--tha", Bytes(6, 0)));
    append_address(payload, options.text_or("--tpa", "0.0.0.0"));
    if (std::string hex; options.text("--payload", hex))
        payload = parse_hex(hex, "--payload");
    if (std::uint64_t cut; options.number("--cut", cut, 65535))
        payload.resize(std::min<std::size_t>(cut, payload.size()));
    payload.resize(payload.size() + options.number_or("--pad", 0, 1400));
    append(frame, payload);
    const std::uint64_t count = options.number_or("--count", 1, 1'000'000);
    options.done();

    send_frame(device, frame, count);
    return 0;
}

std::string described(std::span<const std::uint8_t> frame, bool outgoing) {
    const std::string ends = " eth=" + mac_text(frame.subspan(6, 6)) + ">" +
                             mac_text(frame.subspan(0, 6)) + (outgoing ? " out" : " in");
    const auto arp = frame.subspan(ETH_HLEN);
    if (arp.size() < 28)
        return "short " + std::to_string(arp.size()) + ends;
    const auto word = [&](std::size_t at) { return arp[at] << 8 | arp[at + 1]; };
    if (word(0) != ARPHRD_ETHER || word(2) != ETH_P_IP || arp[4] != 6 || arp[5] != 4)
        return "other " + mac_text(arp.subspan(0, 8)) + ends;
    const auto address = [&](std::size_t at) {
        in_addr value;
        std::memcpy(&value, &arp[at], sizeof value);
        return to_text(value);
    };
    const int operation = word(6);
    std::string name = std::to_string(operation);
    if (operation == ARPOP_REQUEST)
        name = "request";
    else if (operation == ARPOP_REPLY)
        name = "reply";
    return name + " sha=" + mac_text(arp.subspan(8, 6)) + " spa=" + address(14) +
           " tha=" + mac_text(arp.subspan(18, 6)) + " tpa=" + address(24) + ends;
}

int watch(Options& options) {
    const std::string device = options.text_or("--dev", "eth0");
    const std::uint64_t count = options.number_or("--count", 1, ~std::uint64_t{0});
    const auto deadline = Clock::now() + options.timeout_or(5000);
    options.done();
    return watch_frames(device, ETH_P_ARP, count, deadline, described);
}

} // namespace

int arp(Options& options) {
    const std::string what = options.positional("send or watch");
    if (what == "send")
        return send_frames(options);
    if (what == "watch")
        return watch(options);
    throw Usage("\"" + what + "\" is neither send nor watch");
}

} // namespace labnet
