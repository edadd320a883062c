// SPDX-License-Identifier: GPL-2.0
// What the command line can do. Options come as they were typed.
#pragma once

#include "control/protocol.hpp"
#include "core/result.hpp"
#include "drivers/condition.hpp"
#include "drivers/ipvs.hpp"
#include "drivers/proc_cluster.hpp"
#include "drivers/shared_clusters.hpp"
#include "drivers/statmark.hpp"

#include <filesystem>
#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace nfc {

// Documented in nfcluster(8): scripts count on these.
enum class Exit {
    Yes = 0,
    No = 1, // the answer is no, or there was nothing to do
    Usage = 2,
    NoCluster = 3,
    Refused = 4,
    Unavailable = 5,
};

// All that a command touches.
struct Host {
    ProcClusters clusters{"/proc/net/ipt_CLUSTERIP"};
    SharedClusters shared{"/proc/net"};
    Conditions conditions{"/proc/net/nf_condition"};
    statmark::Pools pools{"/proc/net/nf_statmark"};
    ipvs::Kernel ipvs{std::make_shared<netlink::GenericFamily>("IPVS"), "/proc/net/ip_vs"};
    // PATH of a service or of su may lack /usr/sbin.
    std::vector<std::string> save_programs{"iptables-legacy-save", "/usr/sbin/iptables-legacy-save",
                                           "iptables-save", "/usr/sbin/iptables-save"};
    std::filesystem::path root{"/"}; // of /proc, /sys and /lib/modules, where nothing above is
    // All that have rules; each in PATH or in /usr/sbin.
    std::vector<std::string> rule_programs{"iptables-legacy-save", "ip6tables-legacy-save",
                                           "iptables-nft-save", "ip6tables-nft-save"};
    std::function<bool()> unsynchronized; // the clock
    // How many connections live here, by slot.
    std::function<Result<std::vector<std::size_t>>(const SharedCluster&)> flows;
    std::string socket = control::default_socket;
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool terminal = false;      // colours, and a screen to clear
    std::function<bool()> wait; // between two looks of --watch; false: enough
    std::function<Time()> now = &std::chrono::system_clock::now;
};

struct StatusOptions {
    bool json = false;
    bool watch = false;
    bool kernel = false;               // not the daemon's view
    std::optional<std::string> socket; // where it has to answer
};

struct WhichOptions {
    std::string address;
    std::string client; // ADDRESS[:PORT]
    std::optional<std::string> port, total_nodes, hashmode, hash_init;
    bool json = false;
};

struct SlotsOptions {
    std::string address;
    std::vector<std::string> commands;
};

struct ConditionOptions {
    std::vector<std::string> words; // nothing, NAME, or any number of NAME up|down
    std::vector<std::string> remove;
    bool json = false;
};

struct PoolOptions {
    std::optional<std::string> name;
    std::vector<std::string> words; // commands
    std::vector<std::string> remove;
    bool json = false;
};

struct EventsOptions {
    std::string socket = control::default_socket;
    bool json = false;
    unsigned count = 0; // 0: until it is told to end
};

// reload, drain, disable, enable
struct DirectOptions {
    control::Verb verb = control::Verb::Reload;
    std::string socket = control::default_socket;
    std::string backend; // or a node
    unsigned weight = 0; // of a node
};

struct FileOptions { // check, rules
    std::string file;
    bool json = false;
    std::optional<std::string> node;   // whose rules
    std::vector<std::string> services; // POOL=SERVICE
};

struct PlanOptions {
    std::optional<std::string> file; // none: as the daemon has it
    std::string socket = control::default_socket;
    std::optional<std::string> cluster;
    std::vector<std::string> dies, returns;
    std::vector<std::string> weights; // NODE=W
    std::optional<std::string> clients, port;
    bool json = false;
};

struct DoctorOptions {
    std::string socket = control::default_socket;
    std::string file = "/etc/nfcluster/nfcluster.toml";
    bool json = false;
};

Exit status(Host& host, const StatusOptions& options);
Exit which(Host& host, const WhichOptions& options);
Exit slots(Host& host, const SlotsOptions& options);
Exit condition(Host& host, const ConditionOptions& options);
Exit pool(Host& host, const PoolOptions& options);
Exit events(Host& host, const EventsOptions& options);
Exit direct(Host& host, const DirectOptions& options);
Exit check_file(Host& host, const FileOptions& options);
Exit print_rules(Host& host, const FileOptions& options);
Exit plan(Host& host, const PlanOptions& options);
Exit doctor(Host& host, const DoctorOptions& options);
// All words behind `nfcluster ipvs`.
Exit ipvs_command(Host& host, std::vector<std::string> words);

// Says what went wrong, on stderr.
Exit complain(Host& host, const Error& error);

} // namespace nfc
