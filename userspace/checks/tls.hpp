// SPDX-License-Identifier: GPL-2.0
// The client's side of TLS, between bytes and bytes: it knows no socket.
#pragma once

#include "core/check.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"

#include <map>
#include <memory>
#include <openssl/ssl.h>
#include <string>
#include <string_view>

namespace nfc {

// Whom to believe, read from a file once.
class TlsAuthorities {
public:
    // Empty: the system's.
    Result<std::shared_ptr<SSL_CTX>> get(const std::string& file);

private:
    std::map<std::string, std::shared_ptr<SSL_CTX>> contexts_;
};

class Tls {
public:
    enum class State {
        Ready,  // what was asked for is done
        Hungry, // it needs more from the peer
        Ended,  // the peer has said that nothing more comes
        Failed, // error() says why
    };

    static Result<Tls> make(TlsAuthorities& authorities, const TlsTrust& trust, const Ip& peer);

    // What came from the peer, and what has to go there after each of the others.
    void feed(std::string_view bytes);
    std::string output();

    State handshake();
    State read(std::string& into, std::size_t most);
    State write(std::string_view text);

    const std::string& error() const { return error_; }
    // How long the peer's certificate is valid yet, in whole hours.
    std::chrono::hours remaining() const;

private:
    explicit Tls(SSL* ssl) : ssl_(ssl, &SSL_free) {}
    State judge(int result);

    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
    std::string error_;
};

} // namespace nfc
