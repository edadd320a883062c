// SPDX-License-Identifier: GPL-2.0
#include "observe/http_request.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

std::string_view reason_of(unsigned status) {
    switch (status) {
    case 200:
        return "OK";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 431:
        return "Request Header Fields Too Large";
    default:
        return "Bad Request";
    }
}

bool is_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return '!' <= c && c <= '~'; });
}

} // namespace

std::optional<HttpRequest> read_http_request(std::string_view head) {
    auto line = take_until(head, '\n');
    if (!line.ends_with('\r'))
        return std::nullopt;
    line.remove_suffix(1);
    const auto method = take_until(line, ' ');
    auto target = take_until(line, ' ');
    const bool good = is_word(method) && is_word(target) && target.starts_with('/') &&
                      (line == "HTTP/1.1" || line == "HTTP/1.0");
    if (!good)
        return std::nullopt;
    return HttpRequest{std::string(method), std::string(take_until(target, '?'))};
}

std::string to_string(const HttpAnswer& answer, bool with_body) {
    return fmt::format("HTTP/1.1 {} {}\r\n"
                       "Content-Type: {}\r\n"
                       "Content-Length: {}\r\n"
                       "{}"
                       "Connection: close\r\n"
                       "\r\n"
                       "{}",
                       answer.status, reason_of(answer.status), answer.type, answer.body.size(),
                       answer.status == 405 ? "Allow: GET, HEAD\r\n" : "",
                       with_body ? std::string_view(answer.body) : std::string_view());
}

} // namespace nfc
