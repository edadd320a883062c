// SPDX-License-Identifier: GPL-2.0
// The command line on a node that is made for a test.
#pragma once

#include "nfcluster/cli.hpp"
#include "tests/fake_ipvs.hpp"
#include "tests/fake_node.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace nfc {

constexpr auto demo = "*filter\n-A INPUT -d 192.168.0.10/32 -i eth0 -p tcp -m tcp --dport 80 "
                      "-j CLUSTERIP --new --hashmode sourceip-sourceport --clustermac "
                      "01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hash-init 0\nCOMMIT\n";

class Cli : public testing::Test {
protected:
    Cli() {
        node.cluster("192.168.0.10", "1\n");
        node.rules(demo);
    }

    int run(std::vector<const char*> words, bool terminal = false,
            std::function<bool()> wait = nullptr) {
        std::istringstream in_stream(in);
        std::ostringstream out_stream, err_stream;
        Host host{.clusters = ProcClusters(node.proc()),
                  .shared = SharedClusters(node.root()),
                  .conditions = Conditions(node.switches()),
                  .pools = statmark::Pools(node.pools()),
                  .ipvs = ipvs::Kernel(ipvs_family, node.ipvs_file()),
                  .save_programs = {node.program()},
                  .root = node.root(),
                  .rule_programs = {node.program()},
                  .unsynchronized = [] { return false; },
                  .flows = flows,
                  .socket = (node.root() / "control").string(),
                  .in = in_stream,
                  .out = out_stream,
                  .err = err_stream,
                  .terminal = terminal,
                  .wait =
                      [&] {
                          out = out_stream.str();
                          return wait();
                      },
                  .now = [this] { return now; }};
        words.insert(words.begin(), "nfcluster");
        const auto result = nfc::run(host, static_cast<int>(words.size()), words.data());
        out = out_stream.str();
        err = err_stream.str();
        return static_cast<int>(result);
    }

    FakeNode node;
    Time now = std::chrono::system_clock::from_time_t(1'800'000'000);
    std::shared_ptr<FakeIpvs> ipvs_family = std::make_shared<FakeIpvs>();
    std::string in, out, err;
    std::function<Result<std::vector<std::size_t>>(const SharedCluster&)> flows;
};

} // namespace nfc
