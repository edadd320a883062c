// SPDX-License-Identifier: GPL-2.0
// What servers send, as bytes: read right, whole or in pieces, and never wrongly.
#include "checks/dns_packet.hpp"
#include "checks/http_reply.hpp"
#include "checks/icmp_packet.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

using namespace std::string_literals;

struct Outcome {
    bool done;
    bool failed;
    unsigned status;
    std::string body;

    bool operator==(const Outcome&) const = default;
};

// In pieces of `size` bytes.
Outcome read_reply(const std::string& text, std::size_t size, bool end = true) {
    HttpReply reply(true, 1000);
    for (std::size_t at = 0; at < text.size(); at += size)
        reply.feed(std::string_view(text).substr(at, size));
    if (end)
        reply.end();
    return {reply.done(), reply.failed(), reply.status(), reply.body()};
}

const std::string chunked = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n"
                            "transfer-encoding:  Chunked \r\n\r\n"
                            "5;x=y\r\nhello\r\n00A\r\n0123456789\r\n0\r\n\r\n";

TEST(HttpReply, is_read_in_pieces_of_any_size) {
    for (std::size_t size = 1; size <= chunked.size(); ++size)
        EXPECT_EQ(read_reply(chunked, size, false), (Outcome{true, false, 200, "hello0123456789"}))
            << size;
}

TEST(HttpReply, ends_where_it_says) {
    const auto body = [](const std::string& rest) {
        return read_reply("HTTP/1.1 200 OK\r\n" + rest, 7);
    };
    EXPECT_EQ(body("Content-Length: 3\r\n\r\nabcdef"), (Outcome{true, false, 200, "abc"}));
    EXPECT_EQ(body("Content-Length: 0\r\n\r\nabcdef"), (Outcome{true, false, 200, ""}));
    EXPECT_EQ(body("\n\nabc").body, "\nabc") << "line ends without CR";
    EXPECT_EQ(body("\r\n" + std::string(2000, 'x')).body.size(), 1000u);
    EXPECT_EQ(read_reply("HTTP/1.1 204 No\r\n\r\n", 99, false), (Outcome{true, false, 204, ""}));
    EXPECT_EQ(body("Content-Length: 9\r\n\r\nabc"), (Outcome{false, true, 200, "abc"}));
}

TEST(HttpReply, refuses_nonsense) {
    for (const char* bad :
         {"\r\n", "HTTP/1.1\r\n", "HTTP/1.1 20 OK\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/2 200\r\n",
          "HTTP/1.1  200\r\n", "HTTP/1.1 099 \r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"})
        EXPECT_TRUE(read_reply(bad, 99, false).failed) << bad;
}

RC_GTEST_PROP(HttpReply, keeps_its_limits_whatever_comes, ()) {
    auto text = chunked;
    for (int edits = *rc::gen::inRange(0, 6); edits > 0; --edits)
        text.replace(
            *rc::gen::inRange(std::size_t{0}, text.size()),
            *rc::gen::inRange(std::size_t{0}, std::size_t{9}),
            *rc::gen::container<std::string>(rc::gen::elementOf("0123456789afF\r\n: ;xHTP/."s)));
    const auto size = *rc::gen::inRange(std::size_t{1}, text.size() + 1);
    const auto whole = read_reply(text, text.size() + 1);
    RC_ASSERT(whole == read_reply(text, size));
    RC_ASSERT(whole.done != whole.failed);
    RC_ASSERT(whole.body.size() <= 1000u);
}

// A reply with one record of the type, whose data is given.
std::string dns_reply(DnsType type, const std::string& data, char flags2 = 0) {
    auto packet = dns_question(0x1234, "www.Example.org.", type);
    packet[2] = static_cast<char>(0x81);
    packet[3] = flags2;
    packet[7] = 1;
    packet += "\xc0\x0c"s; // the name of the question
    packet += '\0';
    packet += static_cast<char>(type);
    packet += "\0\x01\0\0\0\x3c\0"s;
    packet += static_cast<char>(data.size());
    return packet + data;
}

DnsReply read_dns(const std::string& packet, DnsType type = DnsType::A) {
    return read_dns_reply(packet, 0x1234, "www.example.org", type);
}

TEST(Dns, asks_as_the_standard_says) {
    EXPECT_EQ(dns_question(0x1234, "a.bc", DnsType::Mx),
              "\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x01"s + "a\x02"s + "bc\0\0\x0f\0\x01"s);
    EXPECT_EQ(dns_question(1, ".", DnsType::Ns), "\0\x01\x01\0\0\x01\0\0\0\0\0\0\0\0\x02\0\x01"s);
}

TEST(Dns, reads_each_type) {
    const auto answer = [](DnsType type, const std::string& data) {
        const auto reply = read_dns(dns_reply(type, data), type);
        EXPECT_TRUE(reply.ours);
        return reply.answers.empty() ? "error: " + reply.error : reply.answers[0];
    };
    EXPECT_EQ(answer(DnsType::A, "\x0a\0\0\x01"s), "10.0.0.1");
    EXPECT_EQ(answer(DnsType::Aaaa, "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01"),
              "2001:db8::1");
    EXPECT_EQ(answer(DnsType::Cname, "\x01Z\xc0\x0c"s), "z.www.example.org");
    EXPECT_EQ(answer(DnsType::Mx, "\0\x0a\xc0\x0c"s), "10 www.example.org");
    EXPECT_EQ(answer(DnsType::Srv, "\0\x01\0\x02\x13\xc4\x01s\0"s), "1 2 5060 s");
    EXPECT_EQ(answer(DnsType::Txt, "\x02hi\x03, u"s), "hi, u");
    EXPECT_EQ(answer(DnsType::Soa, "\x01m\0\x01r\0"s + std::string(20, '\0')), "m r");
}

TEST(Dns, refuses_broken_data) {
    for (const auto& [type, data] :
         std::vector<std::pair<DnsType, std::string>>{{DnsType::A, "\x0a\0\0"s},
                                                      {DnsType::A, ""},
                                                      {DnsType::Aaaa, "\x0a\0\0\x01"s},
                                                      {DnsType::Cname, ""},
                                                      {DnsType::Cname, "\x3f"s + "ab"},
                                                      {DnsType::Mx, "\0"s},
                                                      {DnsType::Mx, "\0\x0a"s},
                                                      {DnsType::Srv, "\0\x01\0\x02\0"s},
                                                      {DnsType::Txt, "\x09hi"s}}) {
        const auto reply = read_dns(dns_reply(type, data), type);
        EXPECT_TRUE(reply.answers.empty()) << static_cast<int>(type);
        EXPECT_EQ(reply.error, "a broken answer") << static_cast<int>(type);
    }
    // A name that points at itself.
    auto loop = dns_reply(DnsType::Cname, "\xc0\0"s);
    loop[loop.size() - 1] = static_cast<char>(loop.size() - 2);
    EXPECT_EQ(read_dns(loop, DnsType::Cname).error, "a broken answer");
}

TEST(Dns, ignores_what_is_no_answer_to_this_question) {
    const auto good = dns_reply(DnsType::A, "\x0a\0\0\x01"s);
    EXPECT_TRUE(read_dns(good).ours);
    EXPECT_FALSE(read_dns_reply(good, 0x1235, "www.example.org", DnsType::A).ours);
    EXPECT_FALSE(read_dns_reply(good, 0x1234, "www.example.com", DnsType::A).ours);
    EXPECT_FALSE(read_dns_reply(good, 0x1234, "www.example.org", DnsType::Mx).ours);
    EXPECT_FALSE(read_dns(dns_question(0x1234, "www.example.org", DnsType::A)).ours);
    EXPECT_FALSE(read_dns("").ours);
}

TEST(Dns, tells_errors_by_name) {
    EXPECT_EQ(read_dns(dns_reply(DnsType::A, "\x0a\0\0\x01"s, 3)).error, "NXDOMAIN");
    EXPECT_EQ(read_dns(dns_reply(DnsType::A, "\x0a\0\0\x01"s, 9)).error, "error 9");
}

RC_GTEST_PROP(Dns, survives_any_packet, ()) {
    const auto type = *rc::gen::element(DnsType::A, DnsType::Mx, DnsType::Srv, DnsType::Soa,
                                        DnsType::Txt, DnsType::Cname);
    auto packet = dns_reply(type, *rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
    for (int edits = *rc::gen::inRange(0, 5); edits > 0; --edits)
        packet[*rc::gen::inRange(std::size_t{4}, packet.size())] = *rc::gen::arbitrary<char>();
    packet.resize(*rc::gen::inRange(std::size_t{0}, packet.size() + 1));
    const auto reply = read_dns(packet, type);
    RC_ASSERT(reply.ours || reply.answers.empty());
}

TEST(Echo, knows_its_own_reply) {
    const Echo echo{0x1234, 7, "token"};
    auto reply = echo_request(Family::V4, echo);
    EXPECT_EQ(reply, "\x08\0\x97\xef\x12\x34\0\x07token"s);
    EXPECT_FALSE(answers(Family::V4, false, reply, echo)) << "that is the request";
    reply[0] = 0;
    EXPECT_TRUE(answers(Family::V4, false, reply, echo));
    EXPECT_TRUE(answers(Family::V4, true, "\x46" + std::string(23, 'x') + reply, echo));
    EXPECT_FALSE(answers(Family::V4, false, reply, {0x1234, 8, "token"}));
    EXPECT_FALSE(answers(Family::V4, false, reply, {0x1234, 7, "other"}));
    EXPECT_FALSE(answers(Family::V4, false, reply + "x", echo));
    reply[0] = static_cast<char>(129);
    EXPECT_TRUE(answers(Family::V6, true, reply, echo)) << "IPv6 gives no header";
    EXPECT_FALSE(answers(Family::V4, false, reply, echo));
}

RC_GTEST_PROP(Echo, survives_any_packet, (std::string packet, bool v6, bool header)) {
    RC_ASSERT(!answers(v6 ? Family::V6 : Family::V4, header, packet, {1, 2, "a token of ours"}));
}

} // namespace
} // namespace nfc
