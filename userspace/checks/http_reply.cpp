// SPDX-License-Identifier: GPL-2.0
#include "checks/http_reply.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <utility>

namespace nfc {

namespace {

constexpr std::size_t head_limit = 16384;
constexpr std::size_t chunk_line_limit = 1024;

bool same_word(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return 'A' <= c && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool read_size(std::string_view text, std::uint64_t& size, int base) {
    const auto end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, size, base);
    return problem == std::errc{} && stop == end;
}

} // namespace

void HttpReply::feed(std::string_view bytes) {
    while (!bytes.empty() && !done() && !failed())
        step(bytes);
}

void HttpReply::end() {
    if (state_ == State::Endless)
        state_ = State::Done;
    else if (!done() && !failed())
        fail(fmt::format("the server hung up {}", doing()));
}

std::string_view HttpReply::doing() const {
    if (state_ != State::Head)
        return "in the body";
    return head_size_ ? "in the head" : "before it answered";
}

void HttpReply::fail(std::string_view why) {
    state_ = State::Failed;
    error_ = why;
}

bool HttpReply::take_line(std::string_view& bytes) {
    const auto end = bytes.find('\n');
    line_ += bytes.substr(0, end);
    bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
    if (end == bytes.npos)
        return false;
    if (line_.ends_with('\r'))
        line_.pop_back();
    return true;
}

void HttpReply::step(std::string_view& bytes) {
    switch (state_) {
    case State::Head: {
        const auto before = bytes.size();
        const bool whole = take_line(bytes);
        head_size_ += before - bytes.size();
        if (head_size_ > head_limit)
            fail(fmt::format("a head of more than {} bytes", head_limit));
        else if (whole)
            head_line();
        break;
    }
    case State::Sized:
    case State::Endless:
    case State::Chunk:
        take_body(bytes);
        break;
    case State::ChunkSize:
    case State::ChunkEnd: {
        const bool whole = take_line(bytes);
        if (line_.size() > chunk_line_limit) {
            fail("no length of a chunk");
        } else if (whole && state_ == State::ChunkEnd) {
            state_ = line_.empty() ? State::ChunkSize : State::Failed;
            if (failed())
                fail("a chunk of another length");
            line_.clear();
        } else if (whole) {
            const auto size = trimmed(std::string_view(line_).substr(0, line_.find(';')));
            if (!read_size(size, remaining_, 16))
                fail("no length of a chunk");
            else
                state_ = remaining_ ? State::Chunk : State::Done;
            line_.clear();
        }
        break;
    }
    case State::Done:
    case State::Failed:
        break;
    }
}

void HttpReply::head_line() {
    const std::string line = std::exchange(line_, {});
    if (!status_)
        status_line(line);
    else if (!line.empty())
        header(line);
    else
        head_done();
}

void HttpReply::status_line(std::string_view line) {
    // "HTTP/1.1 200 OK"
    std::uint64_t status = 0;
    const bool good = line.starts_with("HTTP/1.") && line.size() >= 12 && line[8] == ' ' &&
                      (line.size() == 12 || line[12] == ' ') &&
                      read_size(line.substr(9, 3), status, 10) && status >= 100;
    if (good)
        status_ = static_cast<unsigned>(status);
    else
        fail(fmt::format("this is no HTTP: {:?}", line.substr(0, 60)));
}

void HttpReply::header(std::string_view line) {
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    const auto value = colon == line.npos ? std::string_view{} : trimmed(line.substr(colon + 1));

    if (same_word(name, "content-length")) {
        sized_ = true;
        if (!read_size(value, remaining_, 10))
            fail(fmt::format("a content-length of {:?}", value.substr(0, 60)));
    } else if (same_word(name, "transfer-encoding")) {
        chunked_ = same_word(value, "chunked");
        if (!chunked_)
            fail(fmt::format("a transfer-encoding of {:?}", value.substr(0, 60)));
    }
}

void HttpReply::head_done() {
    // What comes before the answer itself: 100 Continue, 103 Early Hints.
    if (status_ < 200 && status_ != 101) {
        status_ = 0;
        sized_ = chunked_ = false;
        return;
    }
    if (!want_body_ || status_ == 204 || status_ == 304 || status_ == 101)
        state_ = State::Done;
    else if (chunked_)
        state_ = State::ChunkSize;
    else if (sized_)
        state_ = remaining_ ? State::Sized : State::Done;
    else
        state_ = State::Endless;
    if (!done() && !body_limit_)
        state_ = State::Done;
}

void HttpReply::take_body(std::string_view& bytes) {
    auto size = std::min(bytes.size(), body_limit_ - body_.size());
    if (state_ != State::Endless)
        size = static_cast<std::size_t>(std::min<std::uint64_t>(size, remaining_));
    body_ += bytes.substr(0, size);
    bytes.remove_prefix(size);
    if (state_ != State::Endless)
        remaining_ -= size;
    if (body_.size() == body_limit_)
        state_ = State::Done;
    else if (state_ != State::Endless && !remaining_)
        state_ = state_ == State::Chunk ? State::ChunkEnd : State::Done;
}

} // namespace nfc
