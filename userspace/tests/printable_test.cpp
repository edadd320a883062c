// SPDX-License-Identifier: GPL-2.0
#include "observe/printable.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

using namespace std::string_literals;

TEST(Printable, leaves_text_as_it_is) {
    EXPECT_EQ(printable("421 try later: \"é€😀\""), "421 try later: \"é€😀\"");
    EXPECT_EQ(printable(""), "");
}

TEST(Printable, escapes_what_is_no_text) {
    EXPECT_EQ(printable("a\r\nSubject: b\tc"), "a\\r\\nSubject: b\\tc");
    EXPECT_EQ(printable("\x1b[2J\x7f\0"s), "\\x1b[2J\\x7f\\x00");
    EXPECT_EQ(printable("a\\nb"), "a\\\\nb") << "what is escaped cannot be forged";
    EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b") << "a terminal takes it for ESC [";
    EXPECT_EQ(printable("\xe2\x80\xae"), "\\xe2\\x80\\xae") << "right to left";
}

TEST(Printable, escapes_broken_utf8) {
    EXPECT_EQ(printable("\xc3"), "\\xc3");
    EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
    EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
    EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond Unicode";
    EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
}

TEST(Printable, ends_what_is_long) {
    EXPECT_EQ(printable("abcdef", 3), "abc...");
    EXPECT_EQ(printable("abc", 3), "abc");
    EXPECT_EQ(printable("ab\n", 3), "ab...") << "no half of an escape";
    EXPECT_EQ(printable("a€", 3), "a...") << "no half of a character";
}

TEST(Printable, quotes) {
    EXPECT_EQ(in_quotes("a \"b\"\n"), "\"a \\\"b\\\"\\n\"");
}

bool safe(const std::string& line) {
    return std::ranges::none_of(line, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

RC_GTEST_PROP(Printable, is_one_line_of_valid_text_whatever_comes, (const std::string& text)) {
    const auto line = printable(text, 100);
    RC_ASSERT(safe(line));
    RC_ASSERT(line.size() <= 103u);
    // It throws if it is no UTF-8.
    RC_ASSERT(nlohmann::json(line).dump().size() >= line.size());
}

RC_GTEST_PROP(Printable, tells_different_texts_apart,
              (const std::string& one, const std::string& other)) {
    RC_PRE(one != other);
    RC_ASSERT(printable(one, 100'000) != printable(other, 100'000));
}

} // namespace
} // namespace nfc
