// SPDX-License-Identifier: GPL-2.0
#include "checks/smtp_reply.hpp"

#include <gtest/gtest.h>

namespace nfc {
namespace {

TEST(SmtpReplies, come_in_pieces) {
    SmtpReplies replies;
    for (const char* piece : {"250-mail", ".example.org\r\n250-START", "TLS\r\n250 HE"}) {
        replies.unread() += piece;
        EXPECT_FALSE(replies.next("250"));
    }
    replies.unread() += "LP\r\n220 ready\r\n";
    const auto offers = replies.next("250");
    ASSERT_TRUE(offers && *offers);
    EXPECT_EQ(**offers, "250-mail.example.org\r\n250-STARTTLS\r\n250 HELP\r\n");
    EXPECT_TRUE(offers_starttls(**offers));
    const auto ready = replies.next("220");
    ASSERT_TRUE(ready && *ready);
    EXPECT_EQ(**ready, "220 ready\r\n");
    EXPECT_FALSE(offers_starttls(**ready));
    EXPECT_FALSE(replies.next("220"));
    EXPECT_EQ(replies.room(), SmtpReplies::limit);
}

TEST(SmtpReplies, say_what_came_instead) {
    for (const char* line : {"421 not now\r\n", "2500 no code\r\n", "25\n", "HTTP/1.1 200 OK\n"}) {
        SmtpReplies replies;
        replies.unread() = line;
        const auto reply = replies.next("250");
        ASSERT_TRUE(reply) << line;
        EXPECT_FALSE(*reply) << line;
    }
    SmtpReplies bare;
    bare.unread() = "250\n"; // RFC 5321, 4.2: without any text
    EXPECT_TRUE(*bare.next("250"));
}

TEST(SmtpReplies, end) {
    SmtpReplies replies;
    while (replies.room()) {
        EXPECT_FALSE(replies.next("250"));
        replies.unread() += std::string("250-more\n").substr(0, replies.room());
    }
    const auto reply = replies.next("250");
    ASSERT_TRUE(reply);
    ASSERT_FALSE(*reply);
    EXPECT_EQ(reply->error().text, "\"more than 8192 bytes\"");
}

} // namespace
} // namespace nfc
