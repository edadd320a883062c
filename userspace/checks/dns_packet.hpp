// SPDX-License-Identifier: GPL-2.0
// Questions and answers of DNS as bytes. Pure.
#pragma once

#include "core/check.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nfc {

// The name is one that a configuration was read with.
std::string dns_question(std::uint16_t id, const std::string& name, DnsType type);

struct DnsReply {
    bool ours = false;                // it answers this question; else it is to be ignored
    bool truncated = false;           // the rest is to be had over TCP
    std::string error;                // why there is no answer; empty: there is
    std::vector<std::string> answers; // of the type asked for, as normal_answer() has them
};

DnsReply read_dns_reply(std::string_view packet, std::uint16_t id, const std::string& name,
                        DnsType type);

// Upper case and a dot at the end make no difference.
std::string normal_answer(std::string_view text);

} // namespace nfc
