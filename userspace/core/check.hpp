// SPDX-License-Identifier: GPL-2.0
// How a backend is asked whether it lives: plain values.
#pragma once

#include "core/regex.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace nfc {

using Duration = std::chrono::milliseconds;

// How a peer on the other side of TLS is believed.
struct TlsTrust {
    bool verify = false;   // chain, name and dates; off: any certificate will do
    std::string authority; // a file of certificates to believe; empty: the system's
    std::string name;      // SNI, and whom the certificate has to be for
    // A certificate that ends sooner is told of, while the backend stays good.
    std::chrono::hours expiry_warning{0}; // 0: nothing is told

    bool operator==(const TlsTrust&) const = default;
};

struct TcpCheck {
    bool operator==(const TcpCheck&) const = default;
};

struct StatusRange {
    unsigned first = 200;
    unsigned last = 299;

    bool contains(unsigned status) const { return first <= status && status <= last; }
    bool operator==(const StatusRange&) const = default;
};

struct HttpCheck {
    std::optional<TlsTrust> tls; // https
    std::string method = "GET";
    std::string path = "/";
    std::string host; // empty: the backend's address
    std::vector<StatusRange> expect{StatusRange{}};
    std::optional<Regex> body;
    std::size_t body_limit = std::size_t{64} * 1024; // bytes that are read and searched

    bool operator==(const HttpCheck&) const = default;
};

struct SmtpCheck {
    std::string hello = "localhost"; // what we call ourselves
    std::optional<TlsTrust> starttls;

    bool operator==(const SmtpCheck&) const = default;
};

enum class DnsType : std::uint16_t { // as in the packet
    A = 1,
    Ns = 2,
    Cname = 5,
    Soa = 6,
    Ptr = 12,
    Mx = 15,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,
};

struct DnsCheck {
    std::string name;
    DnsType type = DnsType::A;
    std::vector<std::string> expect; // each has to be among the answers; none: any answer will do
    bool tcp = false;

    bool operator==(const DnsCheck&) const = default;
};

struct IcmpCheck {
    bool operator==(const IcmpCheck&) const = default;
};

struct BannerCheck {
    std::string send;           // before anything is read
    std::optional<Regex> match; // none: anything will do

    bool operator==(const BannerCheck&) const = default;
};

enum class ExecConvention : std::uint8_t {
    Plain,      // 0: good
    Keepalived, // 0: good; 2 to 255: good, and the weight is two less
    Mon,        // 0: good; the address is the last argument, the first line the reason
};

struct ExecCheck {
    std::vector<std::string> command; // the first is a program's path; no shell
    ExecConvention convention = ExecConvention::Plain;

    bool operator==(const ExecCheck&) const = default;
};

using CheckKind =
    std::variant<TcpCheck, HttpCheck, SmtpCheck, DnsCheck, IcmpCheck, BannerCheck, ExecCheck>;

// When a backend that fell again and again may come back: after each fall within
// `window` beyond the first it has to stay good twice as long.
struct Damping {
    Duration window{0}; // 0: none
    Duration hold{0};   // after the second fall
    Duration limit{0};  // of doubling

    bool operator==(const Damping&) const = default;
};

// When it is asked, and what the answers come to.
struct Rhythm {
    Duration interval{2000};
    Duration timeout{1000};
    Duration jitter{200}; // each interval is up to that much shorter or longer
    unsigned fall = 3;    // bad answers in a row take it out
    unsigned rise = 2;    // good ones in a row take it back
    Duration slow_start{0};
    Damping damping{Duration{300'000}, Duration{10'000}, Duration{120'000}};

    bool operator==(const Rhythm&) const = default;
};

struct Check {
    CheckKind kind;
    Rhythm rhythm;
    std::uint16_t port = 0; // 0: the backend's own

    bool operator==(const Check&) const = default;
};

} // namespace nfc
