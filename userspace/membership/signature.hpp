// SPDX-License-Identifier: GPL-2.0
// What heartbeats are signed with: HMAC-SHA256 with a key that all nodes have.
#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace nfc {

class BeatKey {
public:
    explicit BeatKey(std::string secret) : secret_(std::move(secret)) {}
    // All that is in the file, but for newlines at its end.
    static Result<BeatKey> read(const std::string& path);

    std::string sign(std::string_view text) const;
    bool fits(std::string_view text, std::string_view signature) const;

private:
    std::string secret_;
};

} // namespace nfc
