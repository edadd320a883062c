// SPDX-License-Identifier: GPL-2.0
// From answers to what the kernel holds: beginnings, falls, reloads, troubles.
#include "nfclusterd/conductor.hpp"
#include "tests/fake_kernel.hpp"
#include "tests/fake_node.hpp"

#include <asio/io_context.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;

Endpoint server(unsigned number, std::uint16_t port = 80) {
    return {*read_ip("", fmt::format("10.0.{}.{}", number / 250, number % 250 + 1)), port};
}

std::vector<Pool> pools_of(const std::string& text) {
    const auto read = read_config("test", text);
    EXPECT_TRUE(read.config) << (read.errors.empty() ? "" : read.errors[0].text);
    return read.config ? read.config->pools : std::vector<Pool>{};
}

std::string mail(const std::string& more = "") {
    return R"(
[pool.mail]
driver = "condition"
backends = [ { name = "a", address = "10.0.0.1", port = 80, condition = "aup" },
             { name = "b", address = "10.0.0.2", port = 80, condition = "!bdown" } ]
check = { type = "tcp", fall = 2, rise = 2 }
)" + more;
}

std::string web(unsigned count, unsigned changed = ~0u, const std::string& check = "") {
    std::string text = R"(
[pool.web]
driver = "ipvs"
service = "tcp 10.9.9.9:80"
scheduler = "wrr"
forward = "nat"
check = { type = "tcp")" +
                       check + " }\nbackends = [\n";
    for (unsigned i = 0; i < count; ++i)
        text += fmt::format("  {{ address = \"{}\", weight = {} }},\n", to_string(server(i)),
                            i == changed ? 9 : 10);
    return text + "]\n";
}

class ConductorTest : public testing::Test {
protected:
    ConductorTest() { begin(); }

    // As after the death of the one before: the kernel stays.
    void begin(const Pauses& pauses = {}) {
        conductor_.reset();
        io_.poll();
        io_.restart();
        duties_ = Duties(node_.proc() / "duties.json");
        EXPECT_TRUE(duties_.read());
        kernel_.writes = 0;
        notices_.clear();
        conductor_.emplace(io_.get_executor(),
                           Conductor::Ports{kernel_, duties_, log_, watches_.start(),
                                            [this](const Notice& n) { notices_.push_back(n); }},
                           pauses);
    }
    void answer(unsigned number, bool good, int times = 1) {
        for (int i = 0; i < times; ++i)
            watches_.answer(server(number), good);
        turn();
    }
    void turn() {
        io_.poll();
        io_.restart();
    }
    template <typename Condition>
    bool until(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + 10s;
        while (!condition() && std::chrono::steady_clock::now() < end)
            io_.run_one_for(100ms);
        io_.restart();
        return condition();
    }
    unsigned weight(unsigned number) {
        const auto& service = kernel_.table.begin()->second;
        const auto at = service.destinations.find(server(number));
        return at == service.destinations.end() ? 9999 : at->second.destination.weight;
    }
    std::string problem() { return conductor_->status().at(0).problem; }

    asio::io_context io_{1};
    FakeNode node_;
    FakeKernel kernel_;
    FakeWatches watches_;
    Duties duties_{""};
    std::string said_;
    Log log_{LogStyle{}, false, [this](std::string_view line) { said_ += line; }};
    std::vector<Notice> notices_;
    std::optional<Conductor> conductor_;
};

TEST_F(ConductorTest, nobody_serves_before_its_first_good_answer) {
    conductor_->load(pools_of(mail()));
    EXPECT_EQ(kernel_.values, (ConditionValues{{"aup", false}, {"bdown", true}}))
        << "on return, the kernel has been told";
    EXPECT_EQ(kernel_.writes, 1);
    answer(0, true);
    EXPECT_EQ(kernel_.values, (ConditionValues{{"aup", true}, {"bdown", true}}));
    answer(1, true);
    EXPECT_EQ(kernel_.values, (ConditionValues{{"aup", true}, {"bdown", false}}));
    EXPECT_EQ(conductor_->kernel_changes(), 4u);
}

TEST_F(ConductorTest, what_the_kernel_serves_goes_on) {
    kernel_.values = {{"aup", true}, {"bdown", false}, {"foreign", true}};
    conductor_->load(pools_of(mail()));
    watches_.answer_all(true);
    turn();
    EXPECT_EQ(kernel_.writes, 0);
    EXPECT_TRUE(notices_.empty());
    answer(0, false);
    EXPECT_EQ(kernel_.writes, 0) << "one bad answer is not enough";
    answer(0, false);
    EXPECT_EQ(kernel_.values.at("aup"), false);
    EXPECT_EQ(kernel_.writes, 1);
    ASSERT_EQ(notices_.size(), 1u);
    EXPECT_EQ(notices_[0].kind, EventKind::Fell);
    EXPECT_EQ(notices_[0].up, 1u);
    EXPECT_EQ(notices_[0].total, 2u);
}

TEST_F(ConductorTest, a_death_of_the_daemon_changes_nothing) {
    conductor_->load(pools_of(web(20)));
    watches_.answer_all(true);
    turn();
    for (int i = 0; i < 3; ++i)
        answer(7, false);
    ASSERT_EQ(weight(7), 0u);
    const auto before = kernel_.table;
    begin();
    conductor_->load(pools_of(web(20)));
    EXPECT_EQ(kernel_.writes, 0);
    for (unsigned i = 0; i < 20; ++i)
        answer(i, i != 7);
    EXPECT_EQ(kernel_.writes, 0);
    EXPECT_EQ(kernel_.table, before);
}

TEST_F(ConductorTest, the_sorry_backend_goes_on_after_a_death) {
    const auto pools = pools_of(
        mail(R"(sorry = { name = "s", address = "10.0.0.9", port = 80, condition = "sorry" })"));
    conductor_->load(pools);
    watches_.answer_all(false);
    turn();
    ASSERT_TRUE(kernel_.values.at("sorry"));
    begin();
    conductor_->load(pools);
    EXPECT_EQ(kernel_.writes, 0);
    answer(0, true, 2);
    EXPECT_FALSE(kernel_.values.at("sorry"));
    EXPECT_TRUE(kernel_.values.at("aup"));
}

TEST_F(ConductorTest, what_comes_in_one_turn_is_one_write) {
    conductor_->load(pools_of(mail()));
    watches_.answer_all(true);
    turn();
    kernel_.writes = 0;
    for (int i = 0; i < 2; ++i)
        watches_.answer_all(false);
    turn();
    EXPECT_EQ(kernel_.writes, 1);
}

TEST_F(ConductorTest, a_reload_of_many_with_one_change_is_one_change) {
    constexpr unsigned many = 2000;
    conductor_->load(pools_of(web(many)));
    watches_.answer_all(true);
    turn();
    ASSERT_EQ(watches_.started, int(many));
    const auto changes = conductor_->kernel_changes();
    kernel_.writes = 0;
    conductor_->load(pools_of(web(many, 1234)));
    turn();
    EXPECT_EQ(conductor_->kernel_changes(), changes + 1);
    EXPECT_EQ(kernel_.writes, 1);
    EXPECT_EQ(weight(1234), 9u);
    EXPECT_EQ(watches_.started, int(many));
    EXPECT_EQ(watches_.stopped, 0);
    EXPECT_EQ(conductor_->status()[0].backends[1234].checks, 1u) << "it is still the same one";
}

TEST_F(ConductorTest, a_reload_starts_and_stops_who_comes_and_goes) {
    conductor_->load(pools_of(web(5)));
    watches_.answer_all(true);
    turn();
    conductor_->load(pools_of(web(6)));
    EXPECT_EQ(watches_.started, 6);
    EXPECT_EQ(weight(5), 0u) << "not before its first good answer";
    EXPECT_EQ(weight(4), 10u);
    conductor_->load(pools_of(web(3)));
    EXPECT_EQ(watches_.stopped, 3);
    EXPECT_EQ(watches_.running(), 3u);
    EXPECT_EQ(kernel_.table.begin()->second.destinations.size(), 3u);
}

TEST_F(ConductorTest, who_is_asked_in_another_way_goes_on_as_it_is) {
    conductor_->load(pools_of(web(2)));
    answer(0, true);
    answer(1, false);
    kernel_.writes = 0;
    conductor_->load(pools_of(web(2, ~0u, ", interval = \"5s\"")));
    EXPECT_EQ(watches_.stopped, 2);
    EXPECT_EQ(watches_.started, 4);
    EXPECT_EQ(kernel_.writes, 0);
    const auto status = conductor_->status()[0];
    EXPECT_EQ(status.backends[0].standing, Standing::Up);
    EXPECT_EQ(status.backends[1].standing, Standing::Down);
}

TEST_F(ConductorTest, services_that_are_not_named_any_more_go) {
    kernel_.table[ipvs::Fwmark{Family::V4, 7}].service.key = ipvs::Fwmark{Family::V4, 7};
    conductor_->load(pools_of(web(2)));
    EXPECT_EQ(kernel_.table.size(), 2u);
    conductor_->load({});
    ASSERT_EQ(kernel_.table.size(), 1u);
    EXPECT_EQ(kernel_.table.begin()->first, ipvs::ServiceKey(ipvs::Fwmark{Family::V4, 7}));
}

TEST_F(ConductorTest, a_missing_module_stops_nobody_else) {
    kernel_.no_ipvs = true;
    begin({.look = 1h, .first_retry = 1ms, .last_retry = 4ms});
    conductor_->load(pools_of(web(2) + mail()));
    const auto status = conductor_->status();
    EXPECT_EQ(status[0].problem, "no such module");
    EXPECT_EQ(status[1].problem, "");
    EXPECT_EQ(kernel_.values.size(), 2u);
    EXPECT_NE(said_.find("pool web: the kernel could not be told: no such module"),
              std::string::npos);
    said_.clear();
    answer(0, true);
    EXPECT_EQ(said_.find("could not be told"), std::string::npos) << "it is said once";
    kernel_.no_ipvs = false;
    EXPECT_TRUE(until([&] { return problem().empty(); }));
    EXPECT_NE(said_.find("as it should be again"), std::string::npos);
    EXPECT_EQ(weight(0), 10u);
}

TEST_F(ConductorTest, what_the_kernel_refused_is_tried_again) {
    begin({.look = 1h, .first_retry = 1ms, .last_retry = 4ms});
    conductor_->load(pools_of(web(2)));
    answer(0, true);
    kernel_.refuse = true;
    answer(0, false, 3);
    EXPECT_EQ(weight(0), 10u);
    EXPECT_EQ(problem(), "no such module");
    kernel_.refuse = false;
    EXPECT_TRUE(until([&] { return weight(0) == 0; }));
}

TEST_F(ConductorTest, what_somebody_else_changed_is_set_right) {
    begin({.look = 1ms, .first_retry = 1h, .last_retry = 1h});
    conductor_->load(pools_of(mail()));
    kernel_.values["aup"] = true;
    kernel_.values["foreign"] = true;
    EXPECT_TRUE(until([&] { return !kernel_.values["aup"]; }));
    EXPECT_TRUE(kernel_.values["foreign"]);
    EXPECT_NE(said_.find("not as we had left it"), std::string::npos);
}

TEST_F(ConductorTest, duties_hold_at_once_and_survive) {
    conductor_->load(pools_of(web(2) + mail()));
    watches_.answer_all(true);
    turn();
    ASSERT_TRUE(conductor_->administer("web/" + to_string(server(0)), Duty::Drain));
    EXPECT_EQ(weight(0), 0u);
    ASSERT_TRUE(conductor_->administer("b", Duty::Off));
    EXPECT_TRUE(kernel_.values.at("bdown"));
    begin();
    conductor_->load(pools_of(web(2) + mail()));
    watches_.answer_all(true);
    turn();
    EXPECT_EQ(weight(0), 0u);
    EXPECT_EQ(conductor_->status()[0].backends[0].duty, Duty::Drain);
    EXPECT_EQ(conductor_->status()[1].backends[1].duty, Duty::Off);
    ASSERT_TRUE(conductor_->administer("b", Duty::Serve));
    EXPECT_FALSE(kernel_.values.at("bdown"));

    EXPECT_EQ(conductor_->administer("c", Duty::Drain).error().kind, Kind::NoCluster);
}

TEST_F(ConductorTest, a_name_that_two_pools_have_wants_its_pool) {
    auto other = mail();
    other.replace(other.find("mail"), 4, "post");
    for (const auto* name : {"aup", "bdown"})
        other.replace(other.find(name), 3, "x");
    conductor_->load(pools_of(mail() + other));
    const auto done = conductor_->administer("a", Duty::Drain);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::BadInput);
    EXPECT_TRUE(conductor_->administer("post/a", Duty::Drain));
}

TEST_F(ConductorTest, a_duty_that_cannot_be_kept_is_refused_whole) {
    conductor_->load(pools_of(mail()));
    watches_.answer_all(true);
    turn();
    duties_ = Duties(node_.proc() / "nowhere" / "duties.json");
    const auto done = conductor_->administer("a", Duty::Off);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::Unavailable);
    EXPECT_NE(done.error().text.find("No such file or directory; nothing was changed"),
              std::string::npos);
    EXPECT_TRUE(kernel_.values.at("aup"));
    EXPECT_EQ(conductor_->status()[0].backends[0].duty, Duty::Serve);
}

TEST_F(ConductorTest, a_file_of_duties_that_makes_no_sense_is_told_of) {
    const auto file = node_.proc() / "duties.json";
    for (const auto* text : {"", "[]", "{\"a\":1}", "{\"a\":{\"b\":\"sleep\"}}", "{\"a\""}) {
        FakeNode::write(file, text);
        EXPECT_FALSE(Duties(file).read()) << text;
    }
    FakeNode::write(file, R"({"a":{"b":"drain"}})");
    Duties duties(file);
    EXPECT_TRUE(duties.read());
    EXPECT_EQ(duties.of("a", "b"), Duty::Drain);
}

TEST_F(ConductorTest, slow_start_raises_the_weight_by_itself) {
    conductor_->load(pools_of(web(2, ~0u, ", slow_start = \"200ms\", fall = 1, rise = 1")));
    watches_.answer_all(true);
    turn();
    EXPECT_EQ(weight(0), 10u) << "our own start is none of theirs";
    answer(0, false);
    EXPECT_EQ(weight(0), 0u);
    answer(0, true);
    const auto first = weight(0);
    EXPECT_LT(first, 10u);
    EXPECT_GT(first, 0u);
    EXPECT_TRUE(until([&] { return weight(0) == 10; }));
}

TEST_F(ConductorTest, a_slow_start_goes_on_after_a_death) {
    const auto pools = pools_of(web(2, ~0u, ", slow_start = \"1h\", fall = 1, rise = 1"));
    conductor_->load(pools);
    watches_.answer_all(true);
    answer(0, false);
    answer(0, true);
    ASSERT_EQ(weight(0), 1u);
    begin();
    conductor_->load(pools);
    watches_.answer_all(true);
    turn();
    EXPECT_EQ(weight(0), 1u);
    EXPECT_EQ(weight(1), 10u);
    EXPECT_EQ(kernel_.writes, 0);
}

TEST_F(ConductorTest, marks_are_told_apart_from_those_of_rules) {
    const auto pools = pools_of(R"(
[pool.mail]
driver = "statmark"
backends = [ { name = "a", address = "10.0.0.1:80", mark = 1, weight = 3 },
             { name = "b", address = "10.0.0.2:80", mark = 2 } ]
check = { type = "tcp", fall = 1 }
)");
    conductor_->load(pools);
    EXPECT_EQ(problem(), "no such module");
    auto& pool = kernel_.pools["mail"];
    pool.mask = 0xffffffff;
    pool.rows.push_back({{.mark = 9}, statmark::State::Up, 0, 0});
    begin();
    conductor_->load(pools);
    watches_.answer_all(true);
    turn();
    ASSERT_EQ(pool.rows.size(), 3u);
    EXPECT_EQ(pool.rows[1].backend, (statmark::Backend{.mark = 1, .weight = 3}));
    answer(0, false);
    EXPECT_TRUE(pool.rows[1].backend.drain);
    conductor_->load({});
    EXPECT_EQ(pool.rows.size(), 3u) << "the pool belongs to its rules";
}

} // namespace
} // namespace nfc
