// SPDX-License-Identifier: GPL-2.0
#include "core/regex.hpp"

#include <array>
#include <fmt/format.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace nfc {

namespace {

// Some milliseconds at most; what a sensible pattern needs is far below.
constexpr std::uint32_t match_limit = 100000;
constexpr std::uint32_t heap_limit_kib = 4096;

PCRE2_SPTR bytes(std::string_view text) {
    return reinterpret_cast<PCRE2_SPTR>(text.data());
}

} // namespace

struct Regex::Code {
    explicit Code(pcre2_code* made) : code(made) {}
    Code(const Code&) = delete;
    Code& operator=(const Code&) = delete;
    ~Code() { pcre2_code_free(code); }

    pcre2_code* code;
};

Result<Regex> Regex::compile(std::string_view field, std::string_view pattern) {
    int number = 0;
    PCRE2_SIZE at = 0;
    auto* made = pcre2_compile(bytes(pattern), pattern.size(), PCRE2_NEVER_BACKSLASH_C, &number,
                               &at, nullptr);

    if (!made) {
        std::array<PCRE2_UCHAR, 256> text{};
        pcre2_get_error_message(number, text.data(), text.size());
        return bad_value(field, pattern,
                         fmt::format("a regular expression; at character {}: {}", at + 1,
                                     reinterpret_cast<const char*>(text.data())));
    }
    return Regex(std::string(pattern), std::make_shared<const Code>(made));
}

bool Regex::found_in(std::string_view text) const {
    using Context = std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)>;
    using Data = std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)>;
    const Context context(pcre2_match_context_create(nullptr), &pcre2_match_context_free);
    const Data data(pcre2_match_data_create(1, nullptr), &pcre2_match_data_free);

    if (!context || !data)
        return false;
    pcre2_set_match_limit(context.get(), match_limit);
    pcre2_set_heap_limit(context.get(), heap_limit_kib);
    return pcre2_match(code_->code, bytes(text), text.size(), 0, 0, data.get(), context.get()) >= 0;
}

} // namespace nfc
