// SPDX-License-Identifier: GPL-2.0
// Certificates for servers in tests.
#pragma once

#include <chrono>
#include <string>

namespace nfc {

// In PEM.
struct Certificate {
    std::string certificate;
    std::string key;
};

// Signed by itself, for this name and for 127.0.0.1; valid from long ago until then.
Certificate make_certificate(const std::string& name, std::chrono::hours remaining);

// A file with one in it, while it lives.
class TrustFile {
public:
    explicit TrustFile(const Certificate& certificate);
    TrustFile(const TrustFile&) = delete;
    TrustFile& operator=(const TrustFile&) = delete;
    ~TrustFile();

    const std::string& path() const { return path_; }

private:
    std::string path_;
};

} // namespace nfc
