// SPDX-License-Identifier: GPL-2.0
#include "observe/alert_text.hpp"
#include "tests/observers_fixture.hpp"

#include <algorithm>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

const AlertNames names{"director", {{"mail", "smtp"}, {"web", "http"}}};

Alert alert(AlertConvention convention = AlertConvention::Plain) {
    Alert alert;
    alert.exec = {"/bin/tell", "root"};
    alert.convention = convention;
    alert.mail = {"root", "ops@example.org"};
    return alert;
}

std::string value(const Call& call, const std::string& name) {
    for (const auto& variable : call.environment)
        if (variable.starts_with(name + '='))
            return variable.substr(name.size() + 1);
    return "(none)";
}

Batch batch(std::vector<Notice> notices) {
    return {std::move(notices), 0};
}

TEST(AlertText, sums_up) {
    EXPECT_EQ(summary(notice(EventKind::Fell)),
              "mail/mail1 (192.168.0.1:25) is down: 421 try later (1 of 2 up)");
    auto rose = notice(EventKind::Rose);
    rose.lasted = Duration{200'000};
    EXPECT_EQ(summary(rose),
              "mail/mail1 (192.168.0.1:25) is up after 3m 20s: 220 ready (1 of 2 up)");
    auto hostile = notice(EventKind::Fell);
    hostile.reason = "a\r\nBcc: x";
    EXPECT_EQ(summary(hostile), "mail/mail1 (192.168.0.1:25) is down: a\\r\\nBcc: x (1 of 2 up)");
}

TEST(AlertText, tells_all_of_one_event_by_the_environment) {
    auto fell = notice(EventKind::Fell);
    fell.lasted = Duration{61'500};
    const auto calls = program_calls(alert(), names, batch({fell}));
    ASSERT_EQ(calls.size(), 1u);
    const auto& call = calls[0];
    EXPECT_EQ(call.command, (std::vector<std::string>{"/bin/tell", "root"}));
    EXPECT_EQ(value(call, "NFCLUSTER_EVENT"), "fell");
    EXPECT_EQ(value(call, "NFCLUSTER_NODE"), "director");
    EXPECT_EQ(value(call, "NFCLUSTER_POOL"), "mail");
    EXPECT_EQ(value(call, "NFCLUSTER_BACKEND"), "mail1");
    EXPECT_EQ(value(call, "NFCLUSTER_ADDRESS"), "192.168.0.1");
    EXPECT_EQ(value(call, "NFCLUSTER_PORT"), "25");
    EXPECT_EQ(value(call, "NFCLUSTER_STATE"), "down");
    EXPECT_EQ(value(call, "NFCLUSTER_DUTY"), "serve");
    EXPECT_EQ(value(call, "NFCLUSTER_REASON"), "421 try later");
    EXPECT_EQ(value(call, "NFCLUSTER_TIME"), "1763730000");
    EXPECT_EQ(value(call, "NFCLUSTER_LASTED"), "61");
    EXPECT_EQ(value(call, "NFCLUSTER_UP"), "1");
    EXPECT_EQ(value(call, "NFCLUSTER_TOTAL"), "2");
    EXPECT_EQ(value(call, "NFCLUSTER_COUNT"), "1");
    EXPECT_EQ(value(call, "NFCLUSTER_SUMMARY"), "mail/mail1 is down");
    EXPECT_EQ(value(call, "PATH").substr(0, 4), "/usr");
    EXPECT_EQ(call.input, "2025-11-21T13:00:00.000Z " + summary(fell) + '\n');
}

TEST(AlertText, tells_a_storm_in_one_call) {
    Batch storm{
        {notice(EventKind::Fell, "a"), notice(EventKind::Rose, "b"), notice(EventKind::Held, "c")},
        7};
    const auto calls = program_calls(alert(), names, storm);
    ASSERT_EQ(calls.size(), 1u);
    EXPECT_EQ(value(calls[0], "NFCLUSTER_EVENT"), "several");
    EXPECT_EQ(value(calls[0], "NFCLUSTER_COUNT"), "10");
    EXPECT_EQ(value(calls[0], "NFCLUSTER_LOST"), "7");
    EXPECT_EQ(value(calls[0], "NFCLUSTER_FELL"), "1");
    EXPECT_EQ(value(calls[0], "NFCLUSTER_ROSE"), "1");
    EXPECT_EQ(value(calls[0], "NFCLUSTER_BACKEND"), "(none)");
    EXPECT_EQ(value(calls[0], "NFCLUSTER_SUMMARY"), "10 events: 1 fell, 1 rose, 8 others");
    EXPECT_EQ(std::ranges::count(calls[0].input, '\n'), 4);
    EXPECT_TRUE(calls[0].input.ends_with("and 7 more that found no room\n"));
    EXPECT_EQ(calls[0].told, 10u);
}

TEST(AlertText, speaks_as_mon_does) {
    auto other = notice(EventKind::Fell, "mail2");
    other.endpoint.ip = *read_ip("", "192.168.0.2");
    const auto calls =
        program_calls(alert(AlertConvention::Mon), names,
                      batch({notice(EventKind::Fell), notice(EventKind::Rose, "w", "web"), other,
                             notice(EventKind::Held)}));
    ASSERT_EQ(calls.size(), 2u) << "a call for each pool and direction";
    EXPECT_EQ(calls[0].command,
              (std::vector<std::string>{"/bin/tell", "-s", "smtp", "-g", "mail", "-h",
                                        "192.168.0.1 192.168.0.2", "-t", "1763730000", "root"}));
    EXPECT_EQ(calls[0].input.substr(0, 12), "mail1 mail2\n");
    EXPECT_EQ(value(calls[0], "MON_ALERTTYPE"), "failure");
    EXPECT_EQ(value(calls[0], "MON_OPSTATUS"), "0");
    EXPECT_EQ(value(calls[0], "MON_LAST_SUMMARY"), "mail1 mail2");
    EXPECT_EQ(calls[1].command,
              (std::vector<std::string>{"/bin/tell", "-s", "http", "-g", "web", "-h", "192.168.0.1",
                                        "-t", "1763730000", "-u", "root"}));
    EXPECT_EQ(value(calls[1], "MON_ALERTTYPE"), "up");
    EXPECT_EQ(value(calls[1], "MON_RETVAL"), "0");
}

TEST(AlertText, calls_mons_programs_for_many_pools_but_twice) {
    Batch storm;
    for (int i = 0; i < 2000; ++i) {
        const auto pool = std::to_string(i);
        storm.notices.push_back(
            notice(i % 2 ? EventKind::Fell : EventKind::Rose, "b" + pool, pool));
    }
    const auto calls = program_calls(alert(AlertConvention::Mon), names, storm);
    ASSERT_EQ(calls.size(), 2u);
    EXPECT_EQ(calls[0].command[4], "several");
    for (const auto& call : calls)
        for (const auto& variable : call.environment)
            EXPECT_LT(variable.size(), 100'000u) << "the kernel takes 128 KiB";
}

TEST(AlertText, writes_a_mail) {
    const auto call = mail_call(alert(), names, batch({notice(EventKind::Fell)}), at(0));
    EXPECT_EQ(call.command,
              (std::vector<std::string>{"/usr/sbin/sendmail", "-i", "root", "ops@example.org"}));
    EXPECT_EQ(call.input, "To: root,\n ops@example.org\n"
                          "Subject: director: mail/mail1 is down\n"
                          "Date: Fri, 21 Nov 2025 13:00:00 +0000\n"
                          "Auto-Submitted: auto-generated\n"
                          "MIME-Version: 1.0\n"
                          "Content-Type: text/plain; charset=utf-8\n"
                          "Content-Transfer-Encoding: 8bit\n"
                          "\n"
                          "2025-11-21T13:00:00.000Z mail/mail1 (192.168.0.1:25) is down: 421 try "
                          "later (1 of 2 up)\n");
    auto from = alert();
    from.from = "nfcluster@example.org";
    const auto named = mail_call(from, names, batch({notice(EventKind::Fell)}), at(0));
    EXPECT_EQ(named.command[2], "-f");
    EXPECT_EQ(named.command[3], "nfcluster@example.org");
    EXPECT_EQ(named.input.substr(0, 28), "From: nfcluster@example.org\n");
}

// Whatever a server, or a name in the file, says.
RC_GTEST_PROP(AlertText, lets_nobody_write_a_header,
              (const std::string& reason, const std::string& pool, const std::string& node)) {
    auto fell = notice(EventKind::Fell);
    fell.reason = "\r\n\r\nBcc: x\r\n" + reason;
    fell.pool = pool;
    const auto call = mail_call(alert(), {node, {}}, batch({fell}), at(0));
    const auto& text = call.input;
    RC_ASSERT(std::ranges::count(text, '\n') == 10);
    RC_ASSERT(text.find('\r') == text.npos);
    const auto head = text.substr(0, text.find("\n\n"));
    RC_ASSERT(std::ranges::count(head, '\n') == 7);
    RC_ASSERT(std::ranges::all_of(
        head, [](unsigned char c) { return c == '\n' || (c >= ' ' && c < 0x7f); }));
    for (std::size_t i = 0; i < text.size();) {
        const auto end = text.find('\n', i);
        RC_ASSERT(end - i <= 998u); // RFC 5322
        i = end + 1;
    }
}

} // namespace
} // namespace nfc
