// SPDX-License-Identifier: GPL-2.0
// Errors are values: what went wrong, in words for the person who asked.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace nfc {

enum class Kind {
    BadInput,    // what we were told makes no sense
    NoCluster,   // there is no such thing on this node
    Refused,     // the kernel said no
    Unavailable, // this node could not be asked
};

struct Error {
    Kind kind;
    std::string text;
};

// The one form of every complaint about input: field, value, what was expected.
Error bad_value(std::string_view field, std::string_view value, std::string_view expected);

struct Done {};

template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::move(value)) {}
    Result(Error error) : state_(std::move(error)) {}

    explicit operator bool() const { return std::holds_alternative<T>(state_); }
    T& operator*() { return std::get<T>(state_); }
    const T& operator*() const { return std::get<T>(state_); }
    T* operator->() { return &**this; }
    const T* operator->() const { return &**this; }
    const Error& error() const { return std::get<Error>(state_); }

private:
    std::variant<T, Error> state_;
};

} // namespace nfc
