// SPDX-License-Identifier: GPL-2.0
#include "checks/dns_packet.hpp"

#include "core/ip.hpp"

#include <algorithm>
#include <arpa/nameser.h>
#include <array>
#include <cctype>
#include <fmt/format.h>

namespace nfc {

namespace {

const unsigned char* bytes_of(std::string_view packet) {
    return reinterpret_cast<const unsigned char*>(packet.data());
}

void put16(std::string& packet, unsigned value) {
    packet += static_cast<char>(value >> 8 & 255);
    packet += static_cast<char>(value & 255);
}

std::string rcode_text(unsigned code) {
    constexpr std::array<std::string_view, 6> names = {"NOERROR",  "FORMERR", "SERVFAIL",
                                                       "NXDOMAIN", "NOTIMP",  "REFUSED"};
    return code < names.size() ? std::string(names[code]) : fmt::format("error {}", code);
}

// Walks through the data of one record; what does not fit ends the walk.
class Data {
public:
    Data(const ns_msg& message, const ns_rr& record)
        : message_(message), at_(ns_rr_rdata(record)), end_(at_ + ns_rr_rdlen(record)) {}

    bool good() const { return good_; }
    unsigned number() {
        if (end_ - at_ < 2)
            return good_ = false;
        const unsigned value = ns_get16(at_);
        at_ += 2;
        return value;
    }
    std::string name() {
        std::array<char, NS_MAXDNAME> text{};
        const int size = good_ ? ns_name_uncompress(ns_msg_base(message_), ns_msg_end(message_),
                                                    at_, text.data(), text.size())
                               : -1;
        // The name may lie elsewhere, but its beginning lies here.
        if (size < 0 || size > end_ - at_) {
            good_ = false;
            return {};
        }
        at_ += size;
        return normal_answer(text.data());
    }
    std::string address(Family family) {
        Ip ip;
        ip.family = family;
        const std::ptrdiff_t size = family == Family::V4 ? 4 : 16;
        good_ = end_ - at_ == size;
        if (!good_)
            return {};
        std::copy_n(at_, size, ip.bytes.begin());
        return to_string(ip);
    }
    std::string texts() {
        std::string text;
        while (at_ < end_) {
            const auto size = *at_++;
            if (size > end_ - at_) {
                good_ = false;
                return {};
            }
            text.append(reinterpret_cast<const char*>(at_), size);
            at_ += size;
        }
        return text;
    }

private:
    const ns_msg& message_;
    const unsigned char* at_;
    const unsigned char* end_;
    bool good_ = true;
};

std::string answer_text(Data& data, DnsType type) {
    switch (type) {
    case DnsType::A:
        return data.address(Family::V4);
    case DnsType::Aaaa:
        return data.address(Family::V6);
    case DnsType::Ns:
    case DnsType::Cname:
    case DnsType::Ptr:
        return data.name();
    case DnsType::Mx: {
        const auto preference = data.number();
        return fmt::format("{} {}", preference, data.name());
    }
    case DnsType::Srv: {
        const auto priority = data.number();
        const auto weight = data.number();
        const auto port = data.number();
        return fmt::format("{} {} {} {}", priority, weight, port, data.name());
    }
    case DnsType::Soa: {
        const auto server = data.name();
        return fmt::format("{} {}", server, data.name());
    }
    case DnsType::Txt:
        break;
    }
    return normal_answer(data.texts());
}

} // namespace

std::string normal_answer(std::string_view text) {
    std::string normal(text);
    if (normal.size() > 1 && normal.ends_with('.'))
        normal.pop_back();
    std::ranges::transform(normal, normal.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return normal;
}

std::string dns_question(std::uint16_t id, const std::string& name, DnsType type) {
    std::array<unsigned char, NS_MAXCDNAME> wire{};
    std::string packet;

    ns_name_pton(name.c_str(), wire.data(), wire.size());
    put16(packet, id);
    put16(packet, 0x0100); // recursion desired
    for (const unsigned count : {1, 0, 0, 0})
        put16(packet, count);
    std::size_t size = 1; // the root's
    for (std::size_t at = 0; wire[at]; at += wire[at] + 1u)
        size += wire[at] + 1u;
    packet.append(reinterpret_cast<const char*>(wire.data()), size);
    put16(packet, static_cast<unsigned>(type));
    put16(packet, ns_c_in);
    return packet;
}

DnsReply read_dns_reply(std::string_view packet, std::uint16_t id, const std::string& name,
                        DnsType type) {
    DnsReply reply;
    ns_msg message{};
    ns_rr record{};

    if (packet.size() > 65535 ||
        ns_initparse(bytes_of(packet), static_cast<int>(packet.size()), &message) < 0)
        return reply;
    reply.ours = ns_msg_id(message) == id && ns_msg_getflag(message, ns_f_qr) &&
                 ns_msg_count(message, ns_s_qd) == 1 &&
                 ns_parserr(&message, ns_s_qd, 0, &record) == 0 &&
                 normal_answer(ns_rr_name(record)) == normal_answer(name) &&
                 static_cast<unsigned>(ns_rr_type(record)) == static_cast<unsigned>(type);
    if (!reply.ours)
        return reply;
    reply.truncated = ns_msg_getflag(message, ns_f_tc);
    if (const auto code = static_cast<unsigned>(ns_msg_getflag(message, ns_f_rcode))) {
        reply.error = rcode_text(code);
        return reply;
    }
    const int count = ns_msg_count(message, ns_s_an);
    for (int i = 0; i < count; ++i) {
        if (ns_parserr(&message, ns_s_an, i, &record) < 0) {
            reply.error = "a broken answer";
            return reply;
        }
        if (static_cast<unsigned>(ns_rr_type(record)) != static_cast<unsigned>(type) ||
            ns_rr_class(record) != ns_c_in)
            continue;
        Data data(message, record);
        const auto text = answer_text(data, type);
        if (!data.good()) {
            reply.error = "a broken answer";
            return reply;
        }
        reply.answers.push_back(text);
    }
    return reply;
}

} // namespace nfc
