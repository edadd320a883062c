// SPDX-License-Identifier: GPL-2.0
#include "tests/certificate.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

namespace nfc {

namespace {

template <typename T, auto Free>
struct Freed {
    void operator()(T* what) const { Free(what); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using X509Owner = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO, BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION, X509_EXTENSION_free>>;

std::string text_of(const Bio& bio) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

} // namespace

Certificate make_certificate(const std::string& name, std::chrono::hours remaining) {
    const Key key(EVP_EC_gen("P-256"));
    const X509Owner x509(X509_new());
    // Each has a number of its own, or they would be one certificate.
    static long serial = 0;
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), ++serial);
    X509_set_version(x509.get(), X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -3600L * 24 * 365);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()),
                    std::chrono::duration_cast<std::chrono::seconds>(remaining).count());
    X509_set_pubkey(x509.get(), key.get());
    auto* subject = X509_get_subject_name(x509.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(x509.get(), subject);
    const auto names = "DNS:" + name + ",IP:127.0.0.1";
    const Extension extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str()));
    X509_add_ext(x509.get(), extension.get(), -1);
    X509_sign(x509.get(), key.get(), EVP_sha256());

    const Bio certificate(BIO_new(BIO_s_mem()));
    const Bio secret(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(certificate.get(), x509.get());
    PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return {text_of(certificate), text_of(secret)};
}

TrustFile::TrustFile(const Certificate& certificate) {
    path_ = (std::filesystem::temp_directory_path() / "nfcluster-trust-XXXXXX").string();
    ::close(::mkstemp(path_.data()));
    std::ofstream(path_) << certificate.certificate;
}

TrustFile::~TrustFile() {
    std::filesystem::remove(path_);
}

} // namespace nfc
