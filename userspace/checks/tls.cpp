// SPDX-License-Identifier: GPL-2.0
#include "checks/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <system_error>

namespace nfc {

namespace {

std::string reason_of(unsigned long error, std::string_view otherwise) {
    const auto* reason = ERR_reason_error_string(error);
    if (ERR_SYSTEM_ERROR(error))
        return std::generic_category().message(ERR_GET_REASON(error));
    return reason ? reason : std::string(otherwise);
}

std::string last_error(std::string_view otherwise) {
    return reason_of(ERR_peek_last_error(), otherwise);
}

Error tls_error(std::string_view text) {
    return {Kind::Unavailable, fmt::format("TLS: {}", text)};
}

} // namespace

Result<std::shared_ptr<SSL_CTX>> TlsAuthorities::get(const std::string& file) {
    if (const auto known = contexts_.find(file); known != contexts_.end())
        return known->second;

    ERR_clear_error();
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    if (!context)
        return tls_error(last_error("no memory"));
    const int good = file.empty() ? SSL_CTX_set_default_verify_paths(context.get())
                                  : SSL_CTX_load_verify_file(context.get(), file.c_str());
    if (good != 1)
        return tls_error(
            fmt::format("authority \"{}\": {}", file, reason_of(ERR_peek_error(), "unreadable")));
    contexts_[file] = context;
    return context;
}

Result<Tls> Tls::make(TlsAuthorities& authorities, const TlsTrust& trust, const Ip& peer) {
    // Whom to believe does not matter if anyone is believed.
    const auto context = authorities.get(trust.verify ? trust.authority : "");
    if (!context)
        return context.error();

    ERR_clear_error();
    Tls tls(SSL_new(context->get()));
    auto* in = BIO_new(BIO_s_mem());
    auto* out = BIO_new(BIO_s_mem());
    if (!tls.ssl_ || !in || !out) {
        BIO_free(in);
        BIO_free(out);
        return tls_error("no memory");
    }
    SSL_set_bio(tls.ssl_.get(), in, out); // owns both
    SSL_set_connect_state(tls.ssl_.get());

    const bool named = !trust.name.empty() && !read_ip("", trust.name);
    if (named && SSL_set_tlsext_host_name(tls.ssl_.get(), trust.name.c_str()) != 1)
        return tls_error(last_error("no name for SNI"));
    SSL_set_verify(tls.ssl_.get(), trust.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    if (trust.verify) {
        const auto address = trust.name.empty() ? to_string(peer) : trust.name;
        auto* parameters = SSL_get0_param(tls.ssl_.get());
        const int good =
            named ? X509_VERIFY_PARAM_set1_host(parameters, trust.name.c_str(), trust.name.size())
                  : X509_VERIFY_PARAM_set1_ip_asc(parameters, address.c_str());
        if (good != 1)
            return tls_error(last_error("no name to verify"));
    }
    return tls;
}

void Tls::feed(std::string_view bytes) {
    BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
}

std::string Tls::output() {
    auto* bio = SSL_get_wbio(ssl_.get());
    std::string bytes(BIO_ctrl_pending(bio), '\0');

    if (!bytes.empty())
        bytes.resize(static_cast<std::size_t>(
            std::max(0, BIO_read(bio, bytes.data(), static_cast<int>(bytes.size())))));
    return bytes;
}

Tls::State Tls::judge(int result) {
    switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
        return State::Ready;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: // its output has no limit
        return State::Hungry;
    case SSL_ERROR_ZERO_RETURN:
        return State::Ended;
    default:
        break;
    }
    const auto verified = SSL_get_verify_result(ssl_.get());
    const bool refused =
        verified != X509_V_OK && SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE;
    error_ = refused ? fmt::format("the certificate is not believed: {}",
                                   X509_verify_cert_error_string(verified))
                     : last_error("broken");
    return State::Failed;
}

Tls::State Tls::handshake() {
    ERR_clear_error();
    return judge(SSL_do_handshake(ssl_.get()));
}

Tls::State Tls::read(std::string& into, std::size_t most) {
    const auto before = into.size();
    ERR_clear_error();
    into.resize(before + most);
    const int got = SSL_read(ssl_.get(), into.data() + before, static_cast<int>(most));
    into.resize(before + static_cast<std::size_t>(std::max(0, got)));
    return judge(got);
}

Tls::State Tls::write(std::string_view text) {
    if (text.empty())
        return State::Ready;
    ERR_clear_error();
    return judge(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())));
}

std::chrono::hours Tls::remaining() const {
    const auto* certificate = SSL_get0_peer_certificate(ssl_.get());
    int days = 0;
    int seconds = 0;
    if (certificate)
        ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate));
    // Downwards: one that has just ended has no 0 hours left.
    return std::chrono::floor<std::chrono::hours>(std::chrono::days{days} +
                                                  std::chrono::seconds{seconds});
}

} // namespace nfc
