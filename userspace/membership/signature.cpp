// SPDX-License-Identifier: GPL-2.0
#include "membership/signature.hpp"

#include "membership/beat.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <fstream>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <system_error>

namespace nfc {

namespace {

constexpr std::size_t shortest_key = 16;
constexpr std::size_t longest_key = 4096;

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

Result<BeatKey> BeatKey::read(const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string secret(longest_key + 1, '\0');
    file.read(secret.data(), static_cast<std::streamsize>(secret.size()));
    if (!file.is_open() || file.bad())
        return Error{Kind::Unavailable, fmt::format("heartbeat's key_file {}: {}", path,
                                                    std::generic_category().message(errno))};
    secret.resize(static_cast<std::size_t>(file.gcount()));
    const bool fits_in = secret.size() <= longest_key;
    while (secret.ends_with('\n') || secret.ends_with('\r'))
        secret.pop_back();
    if (!fits_in || secret.size() < shortest_key)
        return Error{Kind::BadInput,
                     fmt::format("heartbeat's key_file {}: expected a key of {} to {} bytes", path,
                                 shortest_key, longest_key)};
    return BeatKey(std::move(secret));
}

std::string BeatKey::sign(std::string_view text) const {
    unsigned char made[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (!HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()), octets(text),
              text.size(), made, &size))
        size = 0; // fits nothing
    return {reinterpret_cast<const char*>(made), size};
}

bool BeatKey::fits(std::string_view text, std::string_view signature) const {
    const auto right = sign(text);
    return right.size() == signature_size && signature.size() == right.size() &&
           CRYPTO_memcmp(right.data(), signature.data(), right.size()) == 0;
}

} // namespace nfc
