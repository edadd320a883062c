// SPDX-License-Identifier: GPL-2.0
// The little of HTTP that a metrics endpoint needs; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nfc {

struct HttpRequest {
    std::string method;
    std::string path; // without a query

    bool operator==(const HttpRequest&) const = default;
};

// Of what a client sent, up to the blank line. Nothing: it is no HTTP.
std::optional<HttpRequest> read_http_request(std::string_view head);

struct HttpAnswer {
    unsigned status = 200;
    std::string_view type = "text/plain; charset=utf-8";
    std::string body;
};

// `with_body`: false after HEAD.
std::string to_string(const HttpAnswer& answer, bool with_body);

} // namespace nfc
