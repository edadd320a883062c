// SPDX-License-Identifier: GPL-2.0
// What each driver should hold, by the healths of a pool.
#include "core/desired.hpp"

#include <gtest/gtest.h>

namespace nfc {
namespace {

constexpr Moment now{std::chrono::seconds(1000)};

Health standing(Standing standing) {
    Health health;
    health.standing = standing;
    return health;
}

const Health up = standing(Standing::Up);
const Health down = standing(Standing::Down);
const Health unknown = standing(Standing::Unknown);

Health duty(Duty duty) {
    auto health = up;
    health.duty = duty;
    return health;
}

Pool pool(const std::string& lines) {
    const auto read = read_config("f", "[pool.p]\n" + lines);
    EXPECT_TRUE(read.config) << (read.errors.empty() ? "" : read.errors[0].text);
    return read.config ? read.config->pools.at(0) : Pool{};
}

Pool mail(const std::string& lines = "") {
    return pool("driver = \"condition\"\ncheck = { type = \"smtp\" }\nbackends = [ { address = "
                "\"10.0.0.1\", condition = \"up1\" }, { address = \"10.0.0.2\", condition = "
                "\"!down2\" } ]\n" +
                lines);
}

Pool marks(const std::string& lines = "") {
    return pool("driver = \"statmark\"\ncheck = { type = \"smtp\" }\nbackends = [ { address = "
                "\"10.0.0.1\", mark = 1 }, { address = \"10.0.0.2\", mark = 2, weight = 3, "
                "condition = \"!off\" } ]\n" +
                lines);
}

Pool www(const std::string& lines = "") {
    return pool("driver = \"ipvs\"\nservice = \"tcp 10.0.0.9:80\"\nscheduler = \"wrr\"\n"
                "check = { type = \"tcp\" }\nforward = \"dr\"\nbackends = [ { address = "
                "\"10.0.0.1\" }, { address = \"10.0.0.2:80\", weight = 3, upper = 9, lower = 5 } "
                "]\n" +
                lines);
}

ConditionValues conditions(const Pool& pool, const std::vector<Health>& healths) {
    return wanted_conditions(pool, share_out(pool, healths, now));
}

// Weight by address; who is out is not there.
std::string weights(const Pool& pool, const std::vector<Health>& healths) {
    std::string text;
    for (const auto& d : wanted_service(pool, share_out(pool, healths, now)).destinations)
        text += to_string(d.key) + '=' + std::to_string(d.weight) + ' ';
    return text;
}

// "drain" and weight by mark; who is out is not there.
std::string shown(const Pool& pool, const std::vector<Health>& healths) {
    std::string text;
    for (const auto& b : wanted_marks(pool, share_out(pool, healths, now)))
        text += std::to_string(b.mark) + (b.drain ? "~" : "=") + std::to_string(b.weight) + ' ';
    return text;
}

TEST(Conditions, are_on_while_a_backend_serves) {
    EXPECT_EQ(conditions(mail(), {up, up}), (ConditionValues{{"up1", true}, {"down2", false}}));
    EXPECT_EQ(conditions(mail(), {down, down}), (ConditionValues{{"up1", false}, {"down2", true}}));
    EXPECT_EQ(conditions(mail(), {unknown, up}),
              (ConditionValues{{"up1", false}, {"down2", false}}));
    EXPECT_EQ(conditions(mail(), {duty(Duty::Drain), duty(Duty::Off)}),
              (ConditionValues{{"up1", false}, {"down2", true}}));
}

TEST(Conditions, change_where_they_differ_or_are_not_there) {
    EXPECT_EQ(condition_changes({{"a", true}, {"b", true}, {"foreign", true}},
                                {{"a", true}, {"b", false}, {"c", false}}),
              (ConditionValues{{"b", false}, {"c", false}}));
}

TEST(Sorry, serves_when_all_are_known_to_be_down) {
    const auto pool = mail("sorry = { condition = \"sorry\" }");
    const auto sorry = [&](const Health& a, const Health& b) {
        return conditions(pool, {a, b}).at("sorry");
    };
    EXPECT_TRUE(sorry(down, down));
    EXPECT_TRUE(sorry(down, duty(Duty::Off)));
    EXPECT_TRUE(sorry(duty(Duty::Drain), duty(Duty::Off)));
    EXPECT_FALSE(sorry(up, down));
    EXPECT_FALSE(sorry(unknown, down)) << "that one may be up";
    EXPECT_FALSE(sorry(unknown, unknown)) << "we have only begun";
}

TEST(AllDown, serve_means_that_all_get_connections_but_who_may_not) {
    const auto pool = www("all_down = \"serve\"");
    EXPECT_EQ(weights(pool, {down, down}), "10.0.0.1:80=1 10.0.0.2:80=3 ");
    EXPECT_TRUE(share_out(pool, {down, down}, now).blind);
    EXPECT_EQ(weights(pool, {down, duty(Duty::Drain)}), "10.0.0.1:80=1 10.0.0.2:80=0 ");
    EXPECT_EQ(weights(pool, {up, down}), "10.0.0.1:80=1 10.0.0.2:80=0 ");
    EXPECT_EQ(weights(pool, {unknown, down}), "10.0.0.1:80=0 10.0.0.2:80=0 ");
    EXPECT_FALSE(share_out(pool, {duty(Duty::Off), duty(Duty::Off)}, now).blind);
}

TEST(Ipvs, has_the_service_as_configured) {
    const auto wanted = wanted_service(www(), share_out(www(), {up, up}, now));
    EXPECT_EQ(wanted.service.scheduler, "wrr");
    ASSERT_EQ(wanted.destinations.size(), 2u);
    ipvs::Destination second{
        {*read_ip("", "10.0.0.2"), 80}, 3, ipvs::Forward::Direct, 9, 5, ipvs::Tunnel::Ipip, 0};
    EXPECT_EQ(wanted.destinations[1], second);
}

TEST(Ipvs, takes_backends_out_as_configured) {
    EXPECT_EQ(weights(www(), {down, up}), "10.0.0.1:80=0 10.0.0.2:80=3 ");
    EXPECT_EQ(weights(www("on_down = \"remove\""), {down, up}), "10.0.0.2:80=3 ");
    EXPECT_EQ(weights(www("on_down = \"remove\""), {duty(Duty::Drain), up}),
              "10.0.0.1:80=0 10.0.0.2:80=3 ");
    EXPECT_EQ(weights(www(), {duty(Duty::Off), up}), "10.0.0.2:80=3 ");
    const std::string sorry = "sorry = { address = \"10.0.0.3:80\", weight = 7 }\n";
    EXPECT_EQ(weights(www(sorry), {down, up}), "10.0.0.1:80=0 10.0.0.2:80=3 10.0.0.3:80=0 ");
    EXPECT_EQ(weights(www(sorry), {down, down}), "10.0.0.1:80=0 10.0.0.2:80=0 10.0.0.3:80=7 ");
    EXPECT_EQ(weights(www(sorry + "on_down = \"remove\""), {down, down}), "10.0.0.3:80=7 ");
}

TEST(Ipvs, believes_who_is_not_checked) {
    auto pool = www();
    pool.check.reset();
    EXPECT_EQ(weights(pool, {unknown, duty(Duty::Off)}), "10.0.0.1:80=1 ");
}

TEST(Weights, are_what_backends_can_take_by_now) {
    auto said = up;
    said.weight = 100;
    EXPECT_EQ(weights(www(), {said, up}), "10.0.0.1:80=100 10.0.0.2:80=3 ");
    auto pool = www();
    pool.check->rhythm.slow_start = std::chrono::seconds(10);
    said.ramp_from = now;
    EXPECT_EQ(weights(pool, {said, up}), "10.0.0.1:80=10 10.0.0.2:80=3 ");
    said.weight = 100000;
    said.ramp_from.reset();
    EXPECT_EQ(weights(pool, {said, up}), "10.0.0.1:80=65535 10.0.0.2:80=3 ");
    EXPECT_EQ(shown(marks(), {said, up}), "1=1000 2=3 ");
    said.weight = 0;
    EXPECT_EQ(conditions(mail("sorry = { condition = \"sorry\" }"), {said, down}).at("sorry"), true)
        << "weight 0 serves nobody";
}

TEST(Marks, drain_or_go) {
    EXPECT_EQ(shown(marks(), {up, down}), "1=1 2~3 ");
    EXPECT_EQ(shown(marks("on_down = \"remove\""), {up, down}), "1=1 ");
    EXPECT_EQ(shown(marks("sorry = { mark = 9 }"), {down, down}), "1~1 2~3 9=1 ");
    EXPECT_EQ(shown(marks("sorry = { mark = 9 }"), {up, down}), "1=1 2~3 9~1 ");
    EXPECT_EQ(wanted_marks(marks(), share_out(marks(), {up, up}, now)).at(1).gate,
              (statmark::Gate{"off", true}));
}

} // namespace
} // namespace nfc
