// SPDX-License-Identifier: GPL-2.0
// Addresses, lists of slots and commands: what is read, refused and printed.
#include "core/address.hpp"
#include "core/change.hpp"
#include "core/slot_list.hpp"
#include "nf_clusterip.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

rc::Gen<Slots> any_slots() {
    return rc::gen::container<Slots>(rc::gen::inRange(1u, NFC_TOTAL_NODES_MAX + 1u));
}

RC_GTEST_PROP(Address, survives_being_printed, (std::uint32_t value)) {
    RC_ASSERT(*read_address("", to_string(Address{value})) == Address{value});
}

TEST(Address, has_one_form_only) {
    EXPECT_EQ(read_address("ADDRESS", "10.0.0.1")->value, 0x0a000001u);
    for (const char* bad :
         {"", "10.0.0", "10.0.0.", "10.0.0.1.", "10.0.0.1.2", "10.0.0.01", "10.0.0.256",
          "10.0.0.-1", "0x0a.0.0.1", " 10.0.0.1", "10.0.0.1\n", "2001:db8::1", "web1", ".", ".."})
        EXPECT_FALSE(read_address("ADDRESS", bad)) << bad;
    EXPECT_EQ(read_address("ADDRESS", "10.0.0\n").error().text,
              "ADDRESS \"10.0.0\\n\": expected an IPv4 address such as 192.168.0.10");
}

TEST(Mac, is_six_bytes_of_two_digits) {
    EXPECT_EQ(to_string(*read_mac("", "01:02:03:0A:0b:FF")), "01:02:03:0a:0b:ff");
    for (const char* bad : {"", "01:02:03:04:05", "01:02:03:04:05:0g", "1:02:03:04:05:006",
                            "01:02:03:04:05:06:", "01-02-03-04-05-06", "01:02:03:04:05:-6"})
        EXPECT_FALSE(read_mac("", bad)) << bad;
}

RC_GTEST_PROP(SlotList, survives_being_printed, ()) {
    const auto slots = *any_slots();
    if (slots.empty())
        RC_ASSERT(to_string(slots).empty());
    else
        RC_ASSERT(*read_slot_list("", to_string(slots)) == slots);
}

RC_GTEST_PROP(SlotList, is_read_from_the_file_of_the_kernel, ()) {
    const auto slots = *any_slots();
    std::string file; // as the kernel writes: no ranges
    for (const unsigned slot : slots)
        file += (file.empty() ? "" : ",") + std::to_string(slot);
    RC_ASSERT(*read_slot_file("", file.empty() ? file : file + '\n') == slots);
}

RC_GTEST_PROP(SlotList, never_reads_nonsense_as_something_else, ()) {
    const auto text = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string("0123456789,,--+ \n\tx\x80", 19)));
    if (const auto slots = read_slot_list("", text)) {
        RC_ASSERT(!slots->empty() && *slots->begin() >= 1u);
        RC_ASSERT(*slots->rbegin() <= unsigned{NFC_TOTAL_NODES_MAX});
        RC_ASSERT(text.find_first_not_of("0123456789,-") == text.npos);
    }
}

TEST(SlotList, prints_runs_of_three_as_ranges) {
    EXPECT_EQ(to_string(Slots{1, 2, 4, 5, 6}), "1,2,4-6");
    EXPECT_EQ(to_string(Slots{64}), "64");
    EXPECT_EQ(to_string(Slots{}), "");
}

TEST(SlotList, refuses_what_is_no_list) {
    EXPECT_EQ(*read_slot_list("", "1,2,4-6"), (Slots{1, 2, 4, 5, 6}));
    EXPECT_EQ(*read_slot_list("", "7-7"), Slots{7});
    for (const char* bad : {"",
                            ",",
                            "1,",
                            ",1",
                            "1,,2",
                            "0",
                            "65",
                            "1-65",
                            "1-4294967295",
                            "3-2",
                            "1-",
                            "-1",
                            "1-2-3",
                            "1,1",
                            "1-3,2",
                            "1 2",
                            "1, 2",
                            "+1",
                            "0x1",
                            "one",
                            "1\n",
                            "99999999999999999999"})
        EXPECT_FALSE(read_slot_list("", bad)) << bad;
    EXPECT_EQ(*read_slot_file("", ""), Slots{});
    for (const char* bad : {"\n", "1\n\n", "1\n2\n", "1,2,\n"})
        EXPECT_FALSE(read_slot_file("", bad)) << bad;
}

TEST(Commands, become_one_write_a_slot) {
    EXPECT_EQ(*read_commands("+3-5,12"),
              (std::vector<Command>{{true, 3}, {true, 4}, {true, 5}, {true, 12}}));
    EXPECT_EQ(*read_commands("-2"), (std::vector<Command>{{false, 2}}));
    for (const char* bad :
         {"", "2", "+", "-", "++4", "+-4", "--help", "+0", "+65", "+3 ", "drain 2"})
        EXPECT_FALSE(read_commands(bad)) << bad;
    for (const char* bad : {"2", "+65"})
        EXPECT_EQ(read_commands(bad).error().text,
                  std::string("COMMAND \"") + bad +
                      "\": expected + or - and slots from 1 to 64, each once, such as +2 or "
                      "-3-7,12");
}

TEST(Plan, leaves_out_what_is_so_already) {
    const auto p = plan({1}, {{true, 1}, {true, 2}, {false, 3}, {false, 1}, {true, 1}}, 3);
    EXPECT_EQ(p->already, (std::vector<Command>{{true, 1}, {false, 3}}));
    EXPECT_EQ(p->writes, (std::vector<Command>{{true, 2}, {false, 1}, {true, 1}}));
}

TEST(Plan, refuses_all_if_one_slot_is_not_of_the_cluster) {
    EXPECT_EQ(plan({1}, {{true, 2}, {true, 4}}, 3).error().text,
              "COMMAND \"+4\": expected a slot of the cluster, 1 to 3");
    EXPECT_EQ(plan({1}, {{true, 4}}, std::nullopt)->writes.size(), 1u);
}

RC_GTEST_PROP(Plan, leads_from_what_is_to_what_was_asked_for, ()) {
    const auto now = *any_slots();
    const auto wanted = *any_slots();
    std::vector<Command> commands;
    for (const unsigned slot : all_slots(NFC_TOTAL_NODES_MAX))
        commands.push_back({wanted.contains(slot), slot});

    auto after = now;
    const auto p = plan(now, commands, NFC_TOTAL_NODES_MAX);
    for (const auto& command : p->writes) {
        RC_ASSERT(after.contains(command.slot) != command.add); // the kernel would refuse
        apply(command, after);
    }
    RC_ASSERT(after == wanted);
}

} // namespace
} // namespace nfc
