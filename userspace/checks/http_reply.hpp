// SPDX-License-Identifier: GPL-2.0
// Reads an answer of HTTP/1 as it comes, piece by piece, from a server that may
// be hostile: nothing it sends is kept beyond the limits. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace nfc {

class HttpReply {
public:
    // Without a body to search, the head is all that is read.
    explicit HttpReply(bool want_body, std::size_t body_limit)
        : want_body_(want_body), body_limit_(body_limit) {}

    void feed(std::string_view bytes);
    // Nothing more comes.
    void end();

    bool done() const { return state_ == State::Done; }
    bool failed() const { return state_ == State::Failed; }
    const std::string& error() const { return error_; }
    std::string_view doing() const;

    unsigned status() const { return status_; }
    const std::string& body() const { return body_; }

private:
    enum class State {
        Head,
        Sized,   // a body of so many bytes
        Endless, // a body until the server ends
        ChunkSize,
        Chunk,
        ChunkEnd,
        Done,
        Failed,
    };

    void step(std::string_view& bytes);
    // A line without its end; false: it is not complete yet.
    bool take_line(std::string_view& bytes);
    void head_line();
    void head_done();
    void status_line(std::string_view line);
    void header(std::string_view line);
    void take_body(std::string_view& bytes);
    void fail(std::string_view why);

    bool want_body_;
    std::size_t body_limit_;
    State state_ = State::Head;
    std::string error_;
    std::string line_;
    std::size_t head_size_ = 0;
    unsigned status_ = 0;
    bool chunked_ = false;
    bool sized_ = false;
    std::uint64_t remaining_ = 0;
    std::string body_;
};

} // namespace nfc
