// SPDX-License-Identifier: GPL-2.0
// Checks by TCP, banner, SMTP, DNS and ICMP, each against good servers and bad.
#include "checks/dns_packet.hpp"
#include "tests/checks_fixture.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/ip/udp.hpp>

namespace nfc {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using asio::ip::udp;

using AskTest = CheckTest;

// Says this, and stays.
Serve says(std::string text) {
    return [text](Socket socket) -> asio::awaitable<void> {
        co_await put(socket, text);
        co_await hold(socket);
    };
}

// Says this, and hangs up.
Serve leaves(std::string text) {
    return [text](Socket socket) -> asio::awaitable<void> { co_await put(socket, text); };
}

TEST_F(AskTest, tcp_is_good_if_somebody_listens) {
    EXPECT_EQ(ask_at(TcpCheck{}, serve(says(""))).seen, (Observation{true, "connected", {}}));
    EXPECT_EQ(ask_at(TcpCheck{}, 1).seen.reason, "connect: Connection refused");
}

TEST_F(AskTest, tcp_ends_in_time_when_nobody_takes_the_connection) {
    const FullServer full(io_);
    EXPECT_EQ(ask_at(TcpCheck{}, full.port(), 300ms).seen.reason,
              "no answer within 300ms: connecting");
}

TEST_F(AskTest, tcp_leaves_the_server_nothing_to_accept) {
    // Connections would fill its queue: the third would find no answer.
    asio::ip::tcp::acceptor lazy(io_, {asio::ip::address_v4::loopback(), 0});
    lazy.listen(1);
    for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(ask_at(TcpCheck{}, lazy.local_endpoint().port(), 2s).seen.good) << i;
}

TEST_F(AskTest, tcp_asks_anew_after_each_answer) {
    std::optional<asio::ip::tcp::acceptor> server;
    server.emplace(io_, asio::ip::tcp::endpoint(asio::ip::address_v6::loopback(), 0));
    const auto there = server->local_endpoint();
    const auto check = std::make_shared<const Check>(Check{TcpCheck{}, rhythm(2s), 0});
    Asker asker(check, {*read_ip("", "::1"), there.port()}, authorities_);
    const auto before = descriptors();

    EXPECT_EQ(ask_with(asker).seen.reason, "connected");
    EXPECT_EQ(ask_with(asker).seen.reason, "connected");
    server.reset();
    EXPECT_EQ(ask_with(asker).seen.reason, "connect: Connection refused");
    EXPECT_EQ(ask_with(asker).seen.reason, "connect: Connection refused");
    server.emplace(io_, there);
    EXPECT_EQ(ask_with(asker).seen.reason, "connected");
    EXPECT_LE(descriptors(), before + 2) << "its socket, and what all wait by";
}

TEST_F(AskTest, asks_the_port_of_the_check_then_of_the_backend_then_the_usual) {
    EXPECT_EQ(asked_port({TcpCheck{}, {}, 7}, 8), 7);
    EXPECT_EQ(asked_port({TcpCheck{}, {}, 0}, 8), 8);
    HttpCheck https;
    https.tls.emplace();
    EXPECT_EQ(asked_port({https, {}, 0}, 0), 443);
    EXPECT_EQ(asked_port({HttpCheck{}, {}, 0}, 0), 80);
    EXPECT_EQ(asked_port({SmtpCheck{}, {}, 0}, 0), 25);
    EXPECT_EQ(asked_port({DnsCheck{}, {}, 0}, 0), 53);
    EXPECT_EQ(asked_port({IcmpCheck{}, {}, 0}, 0), 0);
}

BannerCheck banner(const std::string& pattern, const std::string& send = "") {
    return {send, *Regex::compile("", pattern)};
}

TEST_F(AskTest, banner_is_matched_as_it_comes) {
    const auto port = serve([](Socket socket) -> asio::awaitable<void> {
        co_await drip(socket, "SSH-2.0-x\r\n");
        co_await hold(socket);
    });
    EXPECT_EQ(ask_at(banner("^SSH-2"), port).seen.reason, "\"SSH-2\"");
    EXPECT_TRUE(ask_at(BannerCheck{}, port).seen.good) << "anything will do";
    EXPECT_EQ(ask_at(banner("^220"), port, 300ms).seen.reason,
              "no answer within 300ms: waiting for a banner that matches");
}

TEST_F(AskTest, banner_may_have_to_be_asked_for) {
    const auto port = serve([](Socket socket) -> asio::awaitable<void> {
        const auto text = co_await hear(socket, "\n");
        co_await put(socket, "you said " + text);
    });
    EXPECT_TRUE(ask_at(banner("said PING", "PING\r\n"), port).seen.good);
    EXPECT_EQ(ask_at(banner("PONG", "PING\n"), port).seen.reason,
              "the server hung up after \"you said PING\\n\"");
}

TEST_F(AskTest, banner_reads_no_endless_text) {
    EXPECT_EQ(ask_at(banner("b"), serve(says(std::string(100'000, 'a')))).seen.reason,
              "no match in the first 4096 bytes");
}

// A conversation: what it says after each line that it hears.
Serve smtp(std::vector<std::string> lines) {
    return [lines](Socket socket) -> asio::awaitable<void> {
        for (const auto& line : lines) {
            co_await put(socket, line);
            co_await hear(socket, "\n");
        }
    };
}

TEST_F(AskTest, smtp_is_good_if_the_server_says_hello) {
    EXPECT_EQ(ask_at(SmtpCheck{},
                     serve(smtp({"220-a\r\n220 b\r\n", "250-a\r\n250-STARTTLS\r\n250 c\r\n"})))
                  .seen,
              (Observation{true, "EHLO 250", {}}));
}

TEST_F(AskTest, smtp_tells_what_went_wrong) {
    const auto reason = [&](const Serve& server, const SmtpCheck& check = {}) {
        return ask_at(check, serve(server)).seen.reason;
    };
    EXPECT_EQ(reason(leaves("554 no service\r\n")), "greeting: \"554 no service\"");
    EXPECT_EQ(reason(leaves("220")), "greeting: \"the server hung up\"");
    EXPECT_EQ(reason(leaves("2200\r\n")), "greeting: \"2200\"");
    EXPECT_EQ(reason(smtp({"220 a\r\n", "502 what?\r\n"})), "EHLO: \"502 what?\"");
    std::string lines;
    for (int i = 0; i < 10000; ++i)
        lines += "220-more\r\n";
    EXPECT_EQ(reason(leaves(lines)), "greeting: \"more than 8192 bytes\"");
    EXPECT_EQ(reason(leaves(std::string(10000, '2'))), "greeting: \"more than 8192 bytes\"");
    SmtpCheck safe;
    safe.starttls.emplace();
    EXPECT_EQ(reason(smtp({"220 a\r\n", "250 a\r\n"}), safe), "the server offers no STARTTLS");
    EXPECT_EQ(reason(smtp({"220 a\r\n", "250-a\r\n250 STARTTLSX\r\n"}), safe),
              "the server offers no STARTTLS");
    EXPECT_EQ(reason(smtp({"220 a\r\n", "250-a\r\n250 StartTLS\r\n", "454 later\r\n"}), safe),
              "STARTTLS: \"454 later\"");
    EXPECT_EQ(
        reason(smtp({"220 a\r\n", "250-a\r\n250 STARTTLS\r\n", "220 go\r\n250 me\r\n"}), safe),
        "STARTTLS: the server spoke before TLS had begun");
}

class DnsAskTest : public CheckTest {
protected:
    // Answers a question with packets that begin with its own bytes; the port.
    std::uint16_t name_server(std::vector<std::function<std::string(std::string)>> answers) {
        asio::co_spawn(io_, serve_udp(std::move(answers)), asio::detached);
        return socket_.local_endpoint().port();
    }
    asio::awaitable<void> serve_udp(std::vector<std::function<std::string(std::string)>> answers) {
        for (;;) {
            std::string packet(512, '\0');
            udp::endpoint client;
            packet.resize(co_await socket_.async_receive_from(asio::buffer(packet), client,
                                                              asio::use_awaitable));
            for (const auto& answer : answers)
                co_await socket_.async_send_to(asio::buffer(answer(packet)), client,
                                               asio::use_awaitable);
        }
    }
    static std::string with_address(std::string packet, const std::string& address) {
        packet[2] = static_cast<char>(0x81);
        packet[7] = 1;
        return packet + "\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04"s + address;
    }
    static std::string right(std::string packet) {
        return with_address(std::move(packet), "\x0a\0\0\x01"s);
    }

    static std::string sized(std::string packet) {
        const auto reply = right(std::move(packet));
        return std::string(1, '\0') + static_cast<char>(reply.size()) + reply;
    }

    udp::socket socket_{io_, udp::endpoint(asio::ip::address_v4::loopback(), 0)};
    const DnsCheck check_{"www.example.org", DnsType::A, {"10.0.0.1"}, false};
};

TEST_F(DnsAskTest, is_good_if_the_answer_is_among_those) {
    EXPECT_EQ(ask_at(check_, name_server({right})).seen, (Observation{true, "10.0.0.1", {}}));
    auto other = check_;
    other.expect = {"10.0.0.1", "10.0.0.2"};
    EXPECT_EQ(ask_at(other, socket_.local_endpoint().port()).seen.reason,
              "no \"10.0.0.2\" among the answers: 10.0.0.1");
    other.expect = {};
    EXPECT_TRUE(ask_at(other, socket_.local_endpoint().port()).seen.good);
}

TEST_F(DnsAskTest, tells_an_error_and_an_empty_answer) {
    const auto failing = name_server({[](std::string packet) {
        packet[2] = static_cast<char>(0x81);
        packet[3] = 3;
        return packet;
    }});
    EXPECT_EQ(ask_at(check_, failing).seen.reason, "NXDOMAIN");
}

TEST_F(DnsAskTest, tells_an_empty_answer) {
    const auto empty = name_server({[](std::string packet) {
        packet[2] = static_cast<char>(0x81);
        return packet;
    }});
    EXPECT_EQ(ask_at(check_, empty).seen.reason, "no such record");
}

TEST_F(DnsAskTest, waits_on_when_others_answer) {
    const auto forged = [](std::string packet) {
        packet[0] = static_cast<char>(packet[0] + 1);
        return with_address(packet, "\x0b\0\0\x01"s);
    };
    const auto rubbish = [](const std::string&) { return "rubbish"s; };
    const auto none = [](const std::string&) { return ""s; };
    EXPECT_TRUE(ask_at(check_, name_server({forged, rubbish, none, right})).seen.good);
}

TEST_F(DnsAskTest, ends_in_time_or_when_nobody_listens) {
    EXPECT_EQ(ask_at(check_, name_server({}), 300ms).seen.reason,
              "no answer within 300ms: waiting for an answer");
    EXPECT_EQ(ask_at(check_, 1).seen.reason, "Connection refused");
}

// Over TCP: what it says to a question, byte by byte.
Serve tcp_name_server(std::function<std::string(std::string)> answer) {
    return [answer](Socket socket) -> asio::awaitable<void> {
        std::string bytes;
        asio::error_code error;
        co_await asio::async_read(socket, asio::dynamic_buffer(bytes), asio::transfer_exactly(35),
                                  asio::redirect_error(asio::use_awaitable, error));
        co_await drip(socket, answer(bytes.substr(2)));
    };
}

TEST_F(DnsAskTest, asks_over_tcp_in_pieces) {
    auto check = check_;
    check.tcp = true;
    EXPECT_TRUE(ask_at(check, serve(tcp_name_server(sized))).seen.good);
    const auto reason = [&](const std::string& says) {
        return ask_at(check, serve(tcp_name_server([=](const std::string&) { return says; })))
            .seen.reason;
    };
    EXPECT_EQ(reason("\0"s), "the server hung up");
    EXPECT_EQ(reason("\0\0"s), "an answer to another question");
}

TEST_F(DnsAskTest, asks_over_tcp_for_what_was_truncated) {
    const auto port = name_server({[](std::string packet) {
        packet[2] = static_cast<char>(0x83);
        return packet;
    }});
    serve(tcp_name_server(sized), port);
    EXPECT_TRUE(ask_at(check_, port).seen.good);
}

TEST_F(AskTest, icmp_hears_its_echo) {
    for (const char* address : {"127.0.0.1", "::1"}) {
        const auto answer = ask_about({IcmpCheck{}, rhythm(5s), 0}, {*read_ip("", address), 0});
        // Who may not ping is told so.
        EXPECT_TRUE(answer.seen.good || ::geteuid() != 0) << answer.seen.reason;
        EXPECT_TRUE(answer.seen.good ||
                    answer.seen.reason == "ping socket: Operation not permitted")
            << answer.seen.reason;
    }
}

TEST_F(AskTest, can_be_cancelled_and_leaves_nothing) {
    const auto port = serve(says(""));
    const auto before = descriptors();
    asio::cancellation_signal signal;
    bool over = false;
    Check check{BannerCheck{}, rhythm(1h), 0};
    asio::co_spawn(io_, ask(check, {*read_ip("", "127.0.0.1"), port}, authorities_),
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr why, Answer) {
                       over = true;
                       EXPECT_THROW(std::rethrow_exception(why), asio::system_error);
                   }));
    while (descriptors() < before + 2)
        io_.run_one();
    signal.emit(asio::cancellation_type::terminal);
    while (!over || descriptors() > before)
        io_.run_one();
}

TEST_F(AskTest, asks_many_at_once) {
    const auto port = serve([](Socket socket) -> asio::awaitable<void> {
        co_await hear(socket, "\r\n\r\n");
        co_await put(socket, "HTTP/1.1 200 OK\r\n\r\n");
    });
    constexpr int many = 300;
    int good = 0;
    int answers = 0;
    for (int i = 0; i < many; ++i)
        asio::co_spawn(
            io_,
            ask({HttpCheck{}, rhythm(60s), 0}, {*read_ip("", "127.0.0.1"), port}, authorities_),
            [&](std::exception_ptr, const Answer& answer) {
                ++answers;
                good += answer.seen.good;
            });
    while (answers < many)
        io_.run_one();
    EXPECT_EQ(good, many);
}

} // namespace
} // namespace nfc
