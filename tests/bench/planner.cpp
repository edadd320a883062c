// SPDX-License-Identifier: GPL-2.0
// What each way of sharing slots makes of the loss of one node and of its return, for
// every node of a cluster in turn; and how long one plan of ours takes. For planner.
//   figures  scheme  nodes  needless moves, % of the slots, mean, after loss and return;
//            largest load to the mean, worst, after loss and return
//   plan     microseconds of processor time, the median
#include "core/planner.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <vector>

namespace {

// By slot, a node; all of them have one.
using Table = std::vector<std::size_t>;
using Living = std::vector<bool>;

std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ value >> 33) * 0xff51afd7ed558ccdULL;
    value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53ULL;
    return value ^ value >> 33;
}

std::uint64_t hash_of(std::uint64_t node, std::uint64_t what) {
    return mixed(mixed(node + 1) ^ (what + 1) * 0x9e3779b97f4a7c15ULL);
}

// A scheme is told who lives and what there was; empty: nothing.
struct Scheme {
    std::string name;
    std::function<std::size_t(std::size_t nodes)> slots;
    std::function<Table(const Living&, const Table& before, std::size_t slots)> share;
};

Table planned(const Living& living, const Table& before, std::size_t slots) {
    std::vector<nfc::Sharer> sharers;
    for (std::size_t i = 0; i < living.size(); ++i)
        sharers.push_back({"node" + std::to_string(100 + i), living[i] ? 1U : 0U});
    nfc::Owners now(slots);
    std::ranges::copy(before, now.begin());
    Table table;
    for (const auto& owner : nfc::plan_owners(sharers, now))
        table.push_back(*owner);
    return table;
}

// As many slots as nodes, each at home on one; a lost one's go to the next that lives,
// as people and resource agents do it by hand.
Table classic(const Living& living, const Table&, std::size_t slots) {
    Table table(slots);
    for (std::size_t i = 0; i < slots; ++i)
        for (table[i] = i; !living[table[i]];)
            table[i] = (table[i] + 1) % living.size();
    return table;
}

Table rendezvous(const Living& living, const Table&, std::size_t slots) {
    Table table(slots);
    for (std::size_t i = 0; i < slots; ++i) {
        std::uint64_t best = 0;
        for (std::size_t node = 0; node < living.size(); ++node)
            if (const auto score = hash_of(node, i); living[node] && score >= best) {
                best = score;
                table[i] = node;
            }
    }
    return table;
}

// Eisenbud et al., NSDI 2016: in turn each takes the next free entry of its own
// permutation of the table, whose size is a prime.
Table maglev(const Living& living, const Table&, std::size_t slots) {
    constexpr auto nobody = static_cast<std::size_t>(-1);
    Table table(slots, nobody), next(living.size()), skip(living.size());
    for (std::size_t node = 0; node < living.size(); ++node) {
        next[node] = hash_of(node, 1) % slots;
        skip[node] = hash_of(node, 2) % (slots - 1) + 1;
    }
    for (std::size_t left = slots; left;)
        for (std::size_t node = 0; left && node < living.size(); ++node)
            if (living[node]) {
                while (table[next[node]] != nobody)
                    next[node] = (next[node] + skip[node]) % slots;
                table[next[node]] = node;
                --left;
            }
    return table;
}

double worst_load(const Table& table, std::size_t nodes, std::size_t living) {
    std::vector<std::size_t> has(nodes);
    for (const auto node : table)
        ++has[node];
    const auto mean = static_cast<double>(table.size()) / static_cast<double>(living);
    return static_cast<double>(*std::ranges::max_element(has)) / mean;
}

// Between others than the one that went or came.
std::size_t needless(const Table& before, const Table& after, std::size_t changed) {
    std::size_t moves = 0;
    for (std::size_t i = 0; i < before.size(); ++i)
        moves += before[i] != after[i] && before[i] != changed && after[i] != changed;
    return moves;
}

void figures(const Scheme& scheme, std::size_t nodes) {
    const auto slots = scheme.slots(nodes);
    const Living all(nodes, true);
    const auto before = scheme.share(all, {}, slots);
    double moved[2] = {}, worst[2] = {};
    for (std::size_t lost = 0; lost < nodes; ++lost) {
        auto living = all;
        living[lost] = false;
        const auto without = scheme.share(living, before, slots);
        const auto again = scheme.share(all, without, slots);
        moved[0] += static_cast<double>(needless(before, without, lost));
        moved[1] += static_cast<double>(needless(without, again, lost));
        worst[0] = std::max(worst[0], worst_load(without, nodes, nodes - 1));
        worst[1] = std::max(worst[1], worst_load(again, nodes, nodes));
    }
    const auto part = 100.0 / static_cast<double>(slots * nodes);
    std::printf("figures\t%s\t%zu\t%.4f\t%.4f\t%.4f\t%.4f\n", scheme.name.c_str(), nodes,
                moved[0] * part, moved[1] * part, worst[0], worst[1]);
}

double processor_time() { // microseconds
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// Of the largest cluster: one of its nodes has gone.
void time_of_plan() {
    std::vector<nfc::Sharer> sharers;
    for (int i = 0; i < 64; ++i)
        sharers.push_back({"node" + std::to_string(100 + i), 1});
    const auto before = nfc::plan_owners(sharers, nfc::Owners(4096));
    std::vector<double> times;
    for (std::size_t i = 0; i < 200; ++i) {
        sharers[i % 64].weight = 0;
        const auto begin = processor_time();
        const auto after = nfc::plan_owners(sharers, before);
        times.push_back(processor_time() - begin);
        sharers[i % 64].weight = after.size() == before.size();
    }
    std::ranges::sort(times);
    std::printf("plan\t%.1f\n", times[times.size() / 2]);
}

} // namespace

// With a word: ours alone.
int main(int argc, char**) {
    const auto fixed = [](std::size_t slots) { return [=](std::size_t) { return slots; }; };
    const Scheme schemes[] = {
        {"nfcluster 4096", fixed(4096), planned},
        {"maglev 4093", fixed(4093), maglev},
        {"maglev 65537", fixed(65537), maglev},
        {"rendezvous 4093", fixed(4093), rendezvous},
        {"rendezvous 65537", fixed(65537), rendezvous},
        {"+N, a slot a node", [](std::size_t nodes) { return nodes; }, classic},
    };
    for (const auto& scheme : std::span(schemes).first(argc > 1 ? 1 : std::size(schemes)))
        for (const std::size_t nodes : {3, 5, 8, 16, 64})
            figures(scheme, nodes);
    time_of_plan();
}
