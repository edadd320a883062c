// SPDX-License-Identifier: GPL-2.0
// A file descriptor that somebody owns.
#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace nfc {

class Fd {
public:
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Fd() {
        if (fd_ >= 0)
            ::close(fd_);
    }

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_;
};

// From where `fd` stands to the end. Failure: empty, and errno says why.
bool read_all(const Fd& fd, std::string& text);

// What errno means, in the C library's words.
std::string errno_text(int number);

} // namespace nfc
