// SPDX-License-Identifier: GPL-2.0
#include "core/config.hpp"

#include <gtest/gtest.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;

std::string complaints(const std::string& text) {
    std::string all;
    for (const auto& error : read_config("f", text).errors)
        all += error.text + '\n';
    return all;
}

TEST(ConfigObservers, are_what_the_file_says) {
    const auto read = read_config("f", R"(
[alert]
exec = [ "/usr/lib/mon/alert.d/mail.alert", "root" ]
convention = "mon"
events = [ "fell", "weight" ]
timeout = "5s"
parallel = 2
queue = 10
burst = 3
every = "1s"
mail = [ "root", "ops@example.org" ]
from = "nfcluster@example.org"
sendmail = "/usr/lib/sendmail"
mail_burst = 1
mail_every = "5m"

[metrics]
listen = "[::1]:9000"

[log]
level = "warning"
format = "json"
)");
    ASSERT_TRUE(read.config) << read.errors.at(0).text;
    Alert alert;
    alert.exec = {"/usr/lib/mon/alert.d/mail.alert", "root"};
    alert.convention = AlertConvention::Mon;
    alert.events = {EventKind::Fell, EventKind::WeightChanged};
    alert.timeout = 5s;
    alert.parallel = 2;
    alert.queue = 10;
    alert.pace = {3, 1s};
    alert.mail = {"root", "ops@example.org"};
    alert.from = "nfcluster@example.org";
    alert.sendmail = "/usr/lib/sendmail";
    alert.mail_pace = {1, 5min};
    EXPECT_EQ(read.config->alert, alert);
    EXPECT_EQ(to_string(read.config->metrics.listen.value()), "[::1]:9000");
    EXPECT_EQ(read.config->log, (LogStyle{LogLevel::Warning, LogFormat::JsonLines}));
}

TEST(ConfigObservers, need_not_be_there) {
    const auto read = read_config("f", "");
    ASSERT_TRUE(read.config);
    EXPECT_EQ(read.config->alert, Alert{});
    EXPECT_FALSE(read.config->metrics.listen);
    EXPECT_EQ(read.config->log, LogStyle{});
    EXPECT_EQ(to_string(read_config("f", "[metrics]\nlisten = \"127.0.0.1\"")
                            .config.value()
                            .metrics.listen.value()),
              "127.0.0.1:9799");
}

TEST(ConfigObservers, say_what_is_wrong) {
    EXPECT_EQ(complaints("[alert]\ntimeout = \"1s\"\n"),
              "f:1: alert: expected exec, a program to call, or mail, an address to write to\n");
    EXPECT_EQ(complaints("[alert]\nexec = \"tell\"\n"),
              "f:2: alert.exec \"tell\": expected a program's path, or that and its arguments\n");
    EXPECT_EQ(complaints("[alert]\nmail = \"root\"\nevents = [ \"died\" ]\n"),
              "f:3: alert.events \"died\": expected some of \"rose\", \"fell\", \"held\", "
              "\"weight\" and \"duty\"\n");
    EXPECT_EQ(
        complaints("[alert]\nmail = \"root\"\nconvention = \"nagios\"\nsendmail = \"sendmail\"\n"),
        "f:3: alert.convention \"nagios\": expected plain or mon\n"
        "f:4: alert.sendmail \"sendmail\": expected a program's path, such as "
        "/usr/sbin/sendmail\n");
    EXPECT_EQ(complaints("[metrics]\n"),
              "f:1: metrics.listen is missing: expected an address and a "
              "port, such as 127.0.0.1:9799\n");
    EXPECT_EQ(complaints("[metrics]\nlisten = \"localhost:80\"\n"),
              "f:2: metrics.listen \"localhost:80\": expected an address and a port, such as "
              "127.0.0.1:9799\n");
    EXPECT_EQ(complaints("[log]\nlevel = \"loud\"\nformt = \"json\"\n"),
              "f:2: log.level \"loud\": expected debug, info, warning or error\n"
              "f:3: log.formt: no such key here: did you mean \"format\"?\n");
}

// They become arguments of sendmail and a line of a header.
TEST(ConfigObservers, take_no_address_that_is_more_than_that) {
    for (const auto* address : {"", "-oX/tmp/x", "a b", "a\\nBcc: b", "a,b", "a@b@c", "@a", "a@",
                                "|/bin/sh", "/etc/passwd", "<a>", "\\u00e9", ":include:/x", "a;b"})
        EXPECT_EQ(complaints("[alert]\nmail = [ \"root\", \"" + std::string(address) + "\" ]\n"),
                  "f:2: alert.mail \"[…]\": expected a mail address such as root or "
                  "ops@example.org, or several\n")
            << address;
    EXPECT_NE(complaints("[alert]\nmail = \"root\"\nfrom = \"a b\"\n"), "");
}

} // namespace
} // namespace nfc
