// All readers of what comes from outside, and what must hold of them.
#include "fuzz.hpp"

#include "checks/dns_packet.hpp"
#include "checks/http_reply.hpp"
#include "checks/icmp_packet.hpp"
#include "checks/smtp_reply.hpp"
#include "control/protocol.hpp"
#include "core/config.hpp"
#include "core/realserver.hpp"
#include "core/rule.hpp"
#include "core/shared_cluster.hpp"
#include "core/slot_list.hpp"
#include "core/text.hpp"
#include "drivers/address.hpp"
#include "drivers/condition.hpp"
#include "drivers/flows_wire.hpp"
#include "drivers/ipvs_wire.hpp"
#include "drivers/statmark.hpp"
#include "membership/beat.hpp"
#include "membership/message.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace fuzz {

namespace {

using namespace nfc;

void config(std::string_view input) {
    const auto read = read_config("f", input);
    must(read.config.has_value() == read.errors.empty(), "a file is taken or complained of");
    for (const auto& error : read.errors)
        must(error.text.starts_with("f:"), "a complaint says where");
}

void request(std::string_view input) {
    const auto read = control::read_request(input);
    if (read)
        must(*control::read_request(control::to_line(*read)) == *read, "a request comes back");
}

void reply(std::string_view input) {
    (void)control::read_event(input);
    const auto read = control::read_reply(input);
    if (!read)
        return;
    (void)control::read_notice(*read);
    if (const auto snapshot = control::read_snapshot(*read))
        must(static_cast<bool>(control::read_snapshot(control::to_json(*snapshot))),
             "a snapshot comes back");
}

// However it comes, in pieces or at once, it says the same.
void http(std::string_view input) {
    constexpr std::size_t limit = 4096;
    for (const bool body : {false, true}) {
        HttpReply whole(body, limit), parts(body, limit);
        whole.feed(input);
        for (std::size_t at = 0, size = 1; at < input.size(); at += size, size = size * 3 % 17 + 1)
            parts.feed(input.substr(at, size));
        whole.end();
        parts.end();
        must(whole.done() == parts.done() && whole.failed() == parts.failed() &&
                 whole.status() == parts.status() && whole.body() == parts.body(),
             "pieces say the same");
        must(whole.body().size() <= limit, "no more than was asked for");
        must(whole.done() != whole.failed(), "it ends well or not");
    }
}

// The same of it, in pieces and at once.
void smtp(std::string_view input) {
    const auto said = [&](std::size_t piece) {
        SmtpReplies replies;
        std::string all;
        for (auto rest = input; !rest.empty() && replies.room();) {
            const auto some = rest.substr(0, std::min(piece, replies.room()));
            replies.unread() += some;
            rest.remove_prefix(some.size());
            while (const auto reply = replies.next("250")) {
                if (!*reply)
                    return all + (*reply).error().text;
                all += offers_starttls(**reply) ? "STARTTLS " : "plain ";
                must((*reply)->starts_with("250") && (*reply)->ends_with('\n'), "it is a reply");
                all += **reply;
            }
        }
        return all;
    };
    input = input.substr(0, SmtpReplies::limit - 1);
    must(said(input.size()) == said(7), "pieces say the same");
}

// Its first bytes say what was asked.
void dns(std::string_view input) {
    constexpr DnsType types[] = {DnsType::A,   DnsType::Ns,   DnsType::Cname,
                                 DnsType::Soa, DnsType::Ptr,  DnsType::Mx,
                                 DnsType::Txt, DnsType::Aaaa, DnsType::Srv};
    if (input.empty())
        return;
    const auto type = types[static_cast<unsigned char>(input[0]) % std::size(types)];
    (void)read_dns_reply(input.substr(1), 0x1234, "www.example.org", type);
    (void)normal_answer(input);
}

void icmp(std::string_view input) {
    const Echo echo{0x1234, 1, "0123456789abcdef"};
    for (const auto family : {Family::V4, Family::V6})
        for (const bool header : {false, true})
            (void)answers(family, header, input, echo);
}

// As exactly long as the kernel's answer would be, so that the end is seen.
netlink::Attributes exact(std::string_view input) {
    netlink::Attributes bytes(input.begin(), input.end());
    bytes.shrink_to_fit();
    return bytes;
}

void ipvs(std::string_view input) {
    const auto bytes = exact(input);
    if (const auto state = ipvs::read_service(bytes)) {
        const auto again = ipvs::read_service(ipvs::write_service(state->service));
        must(again.has_value(), "a service is read again");
    }
    for (const auto family : {Family::V4, Family::V6})
        if (const auto state = ipvs::read_destination(bytes, family)) {
            const ipvs::ServiceKey key = ipvs::Fwmark{family, 1};
            const auto again =
                ipvs::read_destination(ipvs::write_destination(key, state->destination), family);
            must(again && again->destination == state->destination, "a server comes back");
        }
    (void)ipvs::read_timeouts(bytes);
    if (const auto daemon = ipvs::read_sync_daemon(bytes))
        must(ipvs::read_sync_daemon(ipvs::write_sync_daemon(*daemon)) == daemon,
             "a thread comes back");
    (void)netlink::read_family_id(bytes);
}

void route(std::string_view input) {
    const auto bytes = exact(input);
    if (const auto found = own::read_address(bytes))
        must(own::read_address(own::write_address(found->index, found->ip, found->prefix)) == found,
             "an address comes back");
    (void)own::read_link(bytes);
}

// Connections: a message of netlink, or a line of IPVS.
void flows(std::string_view input) {
    const auto bytes = exact(input);
    std::vector<Flow> found;
    for (const auto& live : {nfc::flows::read_socket(bytes), nfc::flows::read_tracked(bytes),
                             nfc::flows::read_ipvs(input)})
        if (live)
            found.push_back(live->flow);
    const auto counts = nfc::flows::count(found, {NFC_HASH_SIP_SPT_DPT, 1}, 16);
    must(std::accumulate(counts.begin(), counts.end(), std::size_t{0}) <= found.size(),
         "none is counted twice");
}

void pool(std::string_view input) {
    (void)statmark::read_pool("f", input);
    (void)read_switches("f", input);
    std::vector<std::string> words;
    for (auto rest = input; !rest.empty();)
        words.emplace_back(take_until(rest, ' '));
    const auto commands = statmark::read_commands(words);
    statmark::Pool applied;
    if (commands)
        for (const auto& command : *commands)
            (void)statmark::apply(command, applied);
}

void slots(std::string_view input) {
    if (const auto read = read_slot_list("f", input))
        must(*read_slot_list("f", to_string(*read)) == *read, "slots come back");
    (void)read_slot_file("f", input);
}

void rules(std::string_view input) {
    (void)read_rules(input);
}

// What is shown of clusters; and then what a person types.
void clusters(std::string_view input) {
    const auto shown = read_summary(take_until(input, '\0'));
    std::vector<std::string> words;
    while (!input.empty())
        words.emplace_back(take_until(input, ' '));
    const auto orders = read_orders(words);
    if (!shown || !orders)
        return;
    for (const auto& one : *shown)
        if (const auto planned = plan(one, *orders))
            for (const auto& order : planned->writes)
                must(static_cast<bool>(read_orders({to_string(order)})),
                     "an order can be read again");
}

void message(std::string_view input) {
    if (const auto read = decode(input)) {
        const auto again = decode(encode(*read));
        must(again && *again == *read, "a message comes back");
    }
}

void heartbeat(std::string_view input) {
    const auto read = read_beat(input);
    if (!read)
        return;
    const auto text = write_beat(read->beat, !read->signature.empty());
    must(read->text == text, "a heartbeat comes back");
    must(read->text.size() + read->signature.size() == input.size(), "nothing is left over");
}

void memory(std::string_view input) {
    if (const auto read = own::read_borrowed(input))
        must(*own::read_borrowed(own::to_text(*read)) == *read, "it is remembered");
}

} // namespace

const std::vector<Target>& targets() {
    static const std::vector<Target> all = {
        {"config", config}, {"request", request},   {"reply", reply},     {"http", http},
        {"dns", dns},       {"icmp", icmp},         {"ipvs", ipvs},       {"route", route},
        {"pool", pool},     {"slots", slots},       {"rules", rules},     {"memory", memory},
        {"smtp", smtp},     {"clusters", clusters}, {"message", message}, {"heartbeat", heartbeat},
        {"flows", flows},
    };
    return all;
}

} // namespace fuzz
