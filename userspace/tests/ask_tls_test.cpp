// SPDX-License-Identifier: GPL-2.0
// Checks within TLS: whose certificates are believed, and servers that cannot
// speak it.
#include "tests/certificate.hpp"
#include "tests/checks_fixture.hpp"

#include <asio/ssl.hpp>
#include <asio/ssl/impl/src.hpp>

namespace nfc {
namespace {

using namespace std::chrono_literals;
using TlsStream = asio::ssl::stream<Socket&>;

class TlsTest : public CheckTest {
protected:
    // Speaks TLS with this certificate from the start, or after a talk in the open.
    std::uint16_t tls_server(const Certificate& own, std::vector<std::string> talk = {},
                             std::string reply = "HTTP/1.1 200 OK\r\n\r\nfine") {
        auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
        context->use_certificate_chain(asio::buffer(own.certificate));
        context->use_private_key(asio::buffer(own.key), asio::ssl::context::pem);
        return serve([=, this](Socket socket) -> asio::awaitable<void> {
            for (const auto& line : talk) {
                co_await put(socket, line);
                co_await hear(socket, "\n");
            }
            if (!talk.empty())
                co_await put(socket, "220 go\r\n");
            TlsStream stream(socket, *context);
            asio::error_code error;
            co_await stream.async_handshake(TlsStream::server,
                                            asio::redirect_error(asio::use_awaitable, error));
            const auto* name =
                SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
            sni_ = name ? name : "";
            std::string request;
            co_await asio::async_read_until(stream, asio::dynamic_buffer(request), "\n",
                                            asio::redirect_error(asio::use_awaitable, error));
            co_await asio::async_write(stream, asio::buffer(reply),
                                       asio::redirect_error(asio::use_awaitable, error));
            // Hangs up without the farewell of TLS, as many do.
        });
    }

    static HttpCheck https(TlsTrust trust) {
        HttpCheck check;
        check.tls = std::move(trust);
        return check;
    }
    Answer trusting(const Certificate& believed, const Certificate& shown, const std::string& name,
                    std::chrono::hours warning = 0h) {
        const TrustFile file(believed);
        return ask_at(https({true, file.path(), name, warning}), tls_server(shown));
    }

    std::string sni_;
    const Certificate own_ = make_certificate("www.example.org", 24h * 10 + 12h);
};

TEST_F(TlsTest, believes_whom_it_is_told_to) {
    EXPECT_EQ(trusting(own_, own_, "www.example.org").seen.reason, "status 200");
    EXPECT_EQ(sni_, "www.example.org");
    EXPECT_EQ(trusting(own_, own_, "").seen.reason, "status 200") << "by its address";
    EXPECT_EQ(sni_, "");
}

TEST_F(TlsTest, believes_nobody_else) {
    const auto refused = [&](const Certificate& believed, const Certificate& shown,
                             const std::string& name) {
        const auto seen = trusting(believed, shown, name).seen;
        EXPECT_FALSE(seen.good);
        const std::string prefix = "TLS: the certificate is not believed: ";
        return seen.reason.starts_with(prefix) ? seen.reason.substr(prefix.size()) : seen.reason;
    };
    EXPECT_EQ(refused(own_, own_, "www.example.com"), "hostname mismatch");
    EXPECT_EQ(refused(own_, make_certificate("www.example.org", 24h), "www.example.org"),
              "self-signed certificate");
    const auto old = make_certificate("www.example.org", -24h);
    EXPECT_EQ(refused(old, old, "www.example.org"), "certificate has expired");
}

TEST_F(TlsTest, believes_anyone_if_it_need_not_verify) {
    const auto old = make_certificate("other", -24h);
    EXPECT_TRUE(ask_at(https({false, "", "www.example.org", 0h}), tls_server(old)).seen.good);
}

TEST_F(TlsTest, warns_before_a_certificate_ends) {
    const auto warned = trusting(own_, own_, "www.example.org", 24h * 14);
    EXPECT_TRUE(warned.seen.good);
    EXPECT_EQ(warned.warning, "the certificate ends in 10 days");
    EXPECT_EQ(trusting(own_, own_, "www.example.org", 24h * 10).warning, "");
    const auto old = [&](std::chrono::hours expiry_warning) {
        return ask_at(https({false, "", "www.example.org", expiry_warning}),
                      tls_server(make_certificate("www.example.org", -24h)))
            .warning;
    };
    EXPECT_EQ(old(1h), "the certificate has ended");
    EXPECT_EQ(old(0h), "");
}

TEST_F(TlsTest, tells_an_authority_that_cannot_be_read) {
    EXPECT_EQ(ask_at(https({true, "/nonexistent/ca.pem", "", 0h}), tls_server(own_))
                  .seen.reason.substr(0, 41),
              "TLS: authority \"/nonexistent/ca.pem\": No ");
}

TEST_F(TlsTest, searches_a_body_within) {
    auto check = https({});
    check.body = *Regex::compile("", "^fine$");
    EXPECT_TRUE(ask_at(check, tls_server(own_)).seen.good);
    const std::string large(100'000, 'x');
    EXPECT_EQ(ask_at(check, tls_server(own_, {}, "HTTP/1.1 200 OK\r\n\r\n" + large)).seen.reason,
              "status 200, but no match for \"^fine$\" in 65536 bytes of the body");
}

TEST_F(TlsTest, tells_who_cannot_speak_tls) {
    const auto reason = [&](Serve server, std::chrono::milliseconds timeout = 5s) {
        return ask_at(https({}), serve(std::move(server)), timeout).seen.reason;
    };
    EXPECT_EQ(reason([](Socket socket) -> asio::awaitable<void> {
                  co_await put(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
                  co_await hold(socket);
              }),
              "TLS: wrong version number");
    EXPECT_EQ(reason([](Socket socket) -> asio::awaitable<void> {
                  std::string hello(5, '\0');
                  co_await asio::async_read(socket, asio::buffer(hello), asio::use_awaitable);
                  socket.shutdown(Socket::shutdown_send);
                  co_await hold(socket);
              }),
              "TLS: the server hung up in the handshake");
    EXPECT_EQ(reason([](Socket socket) -> asio::awaitable<void> {
                  std::string hello(5, '\0');
                  co_await asio::async_read(socket, asio::buffer(hello), asio::use_awaitable);
                  reset(socket);
              }),
              "read: Connection reset by peer");
    EXPECT_EQ(reason([](Socket socket) -> asio::awaitable<void> { co_await hold(socket); }, 300ms),
              "no answer within 300ms: in the TLS handshake");
    EXPECT_EQ(reason(
                  [](Socket socket) -> asio::awaitable<void> {
                      // The head of a record that never comes whole.
                      co_await drip(socket, "\x16\x03\x03\x40" + std::string(10'000, 'x'));
                  },
                  300ms),
              "no answer within 300ms: in the TLS handshake");
}

TEST_F(TlsTest, smtp_goes_on_within_tls) {
    const TrustFile file(own_);
    SmtpCheck check;
    check.starttls = TlsTrust{true, file.path(), "www.example.org", 0h};
    const std::vector<std::string> talk{"220 a\r\n", "250-a\r\n250-SIZE\r\n250 STARTTLS\r\n"};
    EXPECT_EQ(ask_at(check, tls_server(own_, talk, "250 hello\r\n")).seen,
              (Observation{true, "EHLO 250 within TLS", {}}));
    EXPECT_EQ(ask_at(check, tls_server(own_, talk, "421 no\r\n")).seen.reason,
              "EHLO within TLS: \"421 no\"");
    check.starttls->name = "other";
    EXPECT_EQ(ask_at(check, tls_server(own_, talk, "250 hello\r\n")).seen.reason,
              "TLS: the certificate is not believed: hostname mismatch");
}

} // namespace
} // namespace nfc
