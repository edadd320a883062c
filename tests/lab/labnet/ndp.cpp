// Neighbour discovery on the wire: messages with any field set, short ones and
// wrong ones too; and what passes an interface in both directions, one comparable
// line a message.
#include "address.hpp"
#include "frames.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <optional>
#include <random>
#include <sys/socket.h>

namespace labnet {
namespace {

constexpr std::size_t head_size = sizeof(ip6_hdr);
constexpr std::size_t checksum_at = 2; // in ICMPv6

Address address_at(std::span<const std::uint8_t> bytes, std::size_t at) {
    in6_addr address;
    std::memcpy(&address, &bytes[at], sizeof address);
    return Address(address);
}

// Over the pseudo header and the message; 0 where the checksum in it is right.
std::uint16_t checksum(std::span<const std::uint8_t> head, std::span<const std::uint8_t> message) {
    Bytes covered(head.begin() + offsetof(ip6_hdr, ip6_src), head.begin() + head_size);
    append(covered, message);
    return internet_checksum(covered, static_cast<std::uint32_t>(message.size()) + IPPROTO_ICMPV6);
}

bool has_target(std::uint8_t type) {
    return type == ND_NEIGHBOR_SOLICIT || type == ND_NEIGHBOR_ADVERT;
}

Bytes message_from(Options& options) {
    const auto type =
        static_cast<std::uint8_t>(options.number_or("--type", ND_NEIGHBOR_ADVERT, 0xff));
    Bytes message{type, static_cast<std::uint8_t>(options.number_or("--code", 0, 0xff)), 0, 0};
    const std::uint64_t flags = options.number_or("--flags", 0, 0xffffffff);
    append16(message, flags >> 16);
    append16(message, flags & 0xffff);
    if (type == ND_ROUTER_ADVERT)
        message.resize(sizeof(nd_router_advert));
    const std::string target = options.text_or("--target", "::");
    if (has_target(type))
        append(message, Address::parse(target).bytes());
    for (const std::string& option : options.all("--lladdr")) {
        const std::size_t equals = std::min(option.find('='), option.size());
        message.push_back(
            static_cast<std::uint8_t>(parse_number(option.substr(0, equals), 0xff, "--lladdr")));
        message.push_back(1);
        append(message, parse_mac(option.substr(std::min(equals + 1, option.size()))));
    }
    for (const std::string& option : options.all("--option"))
        append(message, parse_hex(option, "--option"));
    return message;
}

struct Packet {
    ip6_hdr head{};
    bool extension = false; // an empty one between header and message
    Bytes message;
    std::optional<std::uint64_t> checksum;

    Bytes bytes() const {
        ip6_hdr sealed = head;
        const std::size_t more = extension ? 8 : 0;
        sealed.ip6_plen = htons(static_cast<std::uint16_t>(more + message.size()));
        sealed.ip6_nxt = extension ? IPPROTO_DSTOPTS : IPPROTO_ICMPV6;
        const auto* data = reinterpret_cast<const std::uint8_t*>(&sealed);
        Bytes all(data, data + head_size);
        if (extension)
            append(all, std::array<std::uint8_t, 8>{IPPROTO_ICMPV6, 0, 1, 4});
        Bytes body = message;
        if (body.size() >= checksum_at + 2) {
            const std::uint16_t sum =
                static_cast<std::uint16_t>(checksum.value_or(labnet::checksum(all, body)));
            body[checksum_at] = static_cast<std::uint8_t>(sum >> 8);
            body[checksum_at + 1] = static_cast<std::uint8_t>(sum);
        }
        append(all, body);
        return all;
    }
};

// A few bytes behind the first four become others, or the end is missing.
void mutate(Bytes& message, std::mt19937& random) {
    for (std::size_t changes = 1 + random() % 4; changes && message.size() > 4; --changes)
        message[4 + random() % (message.size() - 4)] = static_cast<std::uint8_t>(random());
    if (random() % 4 == 0)
        message.resize(random() % (message.size() + 1));
}

Bytes ethernet_of(const Address& destination) {
    const auto bytes = destination.bytes();
    return {0x33, 0x33, bytes[12], bytes[13], bytes[14], bytes[15]};
}

int send_messages(Options& options) {
    const std::string device = options.text_or("--dev", "eth0");
    Packet packet;
    packet.head.ip6_flow = htonl(6U << 28);
    packet.head.ip6_hlim = static_cast<std::uint8_t>(options.number_or("--hops", 255, 255));
    packet.head.ip6_src = Address::parse(options.text_or("--source", "::")).as_v6();
    packet.extension = options.flag("--extension");
    if (std::uint64_t sum; options.number("--checksum", sum, 0xffff))
        packet.checksum = sum;
    const Bytes message = message_from(options);
    std::uint64_t cut = 0, seed = 0;
    options.number("--cut", cut, 65535);
    const bool mutated = options.number("--mutate", seed, 0xffffffff);
    const bool by_stack = options.flag("--stack");
    const std::uint64_t count = options.number_or("--count", 1, 1'000'000);
    std::string eth_dst, eth_src;
    options.text("--eth-dst", eth_dst);
    options.text("--eth-src", eth_src);
    const Address destination = Address::parse(options.positional("DESTINATION"));
    options.done();
    packet.head.ip6_dst = destination.as_v6();

    Bytes ethernet = eth_dst.empty() ? ethernet_of(destination) : parse_mac(eth_dst);
    append(ethernet, eth_src.empty() ? mac_of(device) : parse_mac(eth_src));
    append16(ethernet, ETH_P_IPV6);
    Fd stack;
    if (by_stack) {
        stack = checked(socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), "raw socket");
        if (setsockopt(stack.get(), SOL_SOCKET, SO_BINDTODEVICE, device.c_str(),
                       static_cast<socklen_t>(device.size())) < 0)
            fail("bind to " + device);
    }
    const Endpoint there(destination, 0);
    std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
    for (std::uint64_t i = 0; i < count; ++i) {
        packet.message = message;
        packet.message.resize(message.size() - std::min<std::size_t>(message.size(), cut));
        if (mutated)
            mutate(packet.message, random);
        Bytes frame = ethernet;
        append(frame, packet.bytes());
        if (!by_stack)
            send_frame(device, frame, 1);
        else if (sendto(stack.get(), &frame[ETH_HLEN], frame.size() - ETH_HLEN, 0, there.get(),
                        there.size()) < 0 &&
                 errno != EPERM) // a rule, or our module, did not want it
            fail("send");
    }
    return 0;
}

std::string options_text(std::span<const std::uint8_t> rest) {
    std::string text;
    while (!rest.empty()) {
        const std::size_t size = rest.size() < 2 ? 0 : rest[1] * std::size_t{8};
        if (!size || size > rest.size())
            return text + " broken-options";
        std::string name = "option" + std::to_string(rest[0]);
        if (rest[0] == ND_OPT_SOURCE_LINKADDR)
            name = "slla";
        else if (rest[0] == ND_OPT_TARGET_LINKADDR)
            name = "tlla";
        else if (rest[0] == 14)
            name = "nonce";
        text += " " + name + "=" + mac_text(rest.subspan(2, size - 2));
        rest = rest.subspan(size);
    }
    return text;
}

std::string described(std::span<const std::uint8_t> frame, bool outgoing) {
    const auto packet = frame.subspan(ETH_HLEN);
    if (packet.size() < head_size + 4 || packet[offsetof(ip6_hdr, ip6_nxt)] != IPPROTO_ICMPV6)
        return {};
    const auto message = packet.subspan(head_size);
    static constexpr const char* names[] = {"router-solicitation", "router-advertisement",
                                            "solicitation", "advertisement"};
    if (message[0] < ND_ROUTER_SOLICIT || message[0] > ND_NEIGHBOR_ADVERT)
        return {};
    std::string text = names[message[0] - ND_ROUTER_SOLICIT];
    const std::size_t fixed = message[0] == ND_ROUTER_SOLICIT  ? sizeof(nd_router_solicit)
                              : message[0] == ND_ROUTER_ADVERT ? sizeof(nd_router_advert)
                                                               : sizeof(nd_neighbor_solicit);
    text += " from=" + address_at(packet, offsetof(ip6_hdr, ip6_src)).text() +
            " to=" + address_at(packet, offsetof(ip6_hdr, ip6_dst)).text();
    if (message.size() < fixed)
        text += " short";
    else if (has_target(message[0]))
        text += " target=" + address_at(message, 8).text();
    if (message[0] == ND_NEIGHBOR_ADVERT && message.size() >= fixed) {
        text += " flags=";
        for (const auto& [bit, name] : {std::pair{0x80, 'R'}, {0x40, 'S'}, {0x20, 'O'}})
            if (message[4] & bit)
                text += name;
    }
    if (message.size() >= fixed)
        text += options_text(message.subspan(fixed));
    if (checksum(packet, message) != 0)
        text += " bad-checksum";
    return text + " eth=" + mac_text(frame.subspan(6, 6)) + ">" + mac_text(frame.subspan(0, 6)) +
           (outgoing ? " out" : " in");
}

int watch(Options& options) {
    const std::string device = options.text_or("--dev", "eth0");
    const std::uint64_t count = options.number_or("--count", 1, ~std::uint64_t{0});
    const auto deadline = Clock::now() + options.timeout_or(5000);
    options.done();
    return watch_frames(device, ETH_P_IPV6, count, deadline, described);
}

} // namespace

int ndp(Options& options) {
    const std::string what = options.positional("send or watch");
    if (what == "send")
        return send_messages(options);
    if (what == "watch")
        return watch(options);
    throw Usage("\"" + what + "\" is neither send nor watch");
}

} // namespace labnet
