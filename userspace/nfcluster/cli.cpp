// SPDX-License-Identifier: GPL-2.0
// From words on the command line to a command.
#include "nfcluster/cli.hpp"

#include "core/planner.hpp"

#include <CLI/CLI.hpp>
#include <fmt/ostream.h>
#include <tuple>
#include <vector>

namespace nfc {

namespace {

constexpr auto exit_codes =
    R"(Exit status: 0 yes, done; 1 no, or nothing to do; 2 wrong usage; 3 there is no
such thing here, or the module is not loaded; 4 the kernel refused; 5 this node
or nfclusterd could not be asked (not root, no iptables, it does not run).
More: man nfcluster)";

void declare(CLI::App& command, StatusOptions& options) {
    command.add_flag("--json", options.json, "for programs");
    command.add_flag("--watch", options.watch, "again whenever something changes, until Ctrl-C");
    command.add_flag("--kernel", options.kernel, "what the kernel has, whatever the daemon says");
    command.add_option("--socket", options.socket, "where nfclusterd has to answer")
        ->type_name("PATH");
}

void declare(CLI::App& command, EventsOptions& options) {
    command.add_flag("--json", options.json, "for programs: one object a line");
    command.add_option("--count", options.count, "ends after so many")->type_name("N");
    command.add_option("--socket", options.socket, "where nfclusterd answers")->type_name("PATH");
}

void declare(CLI::App& command, DirectOptions& options) {
    if (control::names_backend(options.verb))
        command
            .add_option("BACKEND", options.backend,
                        "POOL/BACKEND, or BACKEND if there is only one of that name; or a node, as "
                        "CLUSTER/NODE, or NODE in all its clusters")
            ->required();
    if (options.verb == control::Verb::Weight)
        command.add_option("WEIGHT", options.weight, "0 to 1000; 0: no slots at all")
            ->required()
            ->check(CLI::Range(0U, node_weight_most));
    command.add_option("--socket", options.socket, "where nfclusterd answers")->type_name("PATH");
}

void declare_check(CLI::App& command, FileOptions& options) {
    command.add_option("FILE", options.file, "a configuration of nfclusterd")->required();
    command.add_flag("--json", options.json, "for programs");
}

void declare_rules(CLI::App& command, FileOptions& options) {
    command.add_option("FILE", options.file, "a configuration of nfclusterd")->required();
    command.add_option("--node", options.node, "for another node than the file's own")
        ->type_name("NAME");
    command
        .add_option("--service", options.services,
                    "what clients of a pool ask: mail='tcp 10.0.0.1:25'")
        ->type_name("POOL=SERVICE")
        ->allow_extra_args(false);
    command.footer("Prints commands, and runs none: nfcluster rules FILE | sh");
}

void declare(CLI::App& command, PlanOptions& options) {
    command.add_option("FILE", options.file, "a configuration, instead of what nfclusterd has");
    const auto add = [&](const char* name, std::vector<std::string>& nodes, const char* type,
                         const char* what) {
        command.add_option(name, nodes, what)->type_name(type)->allow_extra_args(false);
    };
    add("--dies", options.dies, "NODE", "this node is lost; any number of them");
    add("--returns", options.returns, "NODE", "this one comes back");
    add("--weight", options.weights, "NODE=W", "this one gets another weight");
    command.add_option("--cluster", options.cluster, "of this one alone")->type_name("NAME");
    command
        .add_option("--clients", options.clients,
                    "counts them too: a file with ADDRESS[:PORT] in each line; - for stdin")
        ->type_name("FILE");
    command.add_option("--port", options.port, "which port they ask, if the hash mode wants it")
        ->type_name("DPORT");
    command.add_flag("--json", options.json, "for programs");
    command.add_option("--socket", options.socket, "where nfclusterd answers")->type_name("PATH");
    command.footer("Changes nothing.");
}

void declare(CLI::App& command, DoctorOptions& options) {
    command.add_flag("--json", options.json, "for programs");
    command.add_option("--config", options.file, "the configuration of nfclusterd")
        ->type_name("FILE");
    command.add_option("--socket", options.socket, "where nfclusterd answers")->type_name("PATH");
}

void declare(CLI::App& command, WhichOptions& options) {
    command.add_option("ADDRESS", options.address, "the cluster's address")->required();
    command
        .add_option("CLIENT", options.client,
                    "where packets come from: ADDRESS[:PORT], of IPv6 [ADDRESS]:PORT")
        ->required();
    command.add_option("--port", options.port, "destination port, if the hash mode wants it")
        ->type_name("DPORT");
    command.add_option("--total-nodes", options.total_nodes, "instead of what the cluster has")
        ->type_name("N");
    command.add_option("--hashmode", options.hashmode, "instead of what the cluster has")
        ->type_name("MODE");
    command.add_option("--hash-init", options.hash_init, "instead of what the cluster has")
        ->type_name("SEED");
    command.add_flag("--json", options.json, "for programs");
}

void declare(CLI::App& command, SlotsOptions& options) {
    command.add_option("ADDRESS", options.address, "the cluster's address")->required();
    // "-3" is a command, not an option: whatever comes now is ours to read.
    command.prefix_command();
    command.footer(
        "Then any number of commands: +SLOTS to answer for slots, -SLOTS to stop, drain SLOTS to\n"
        "take nothing new, fill SLOTS to take only what is new; SLOTS as in 2 or 3-7,12. They are\n"
        "one write: all of them happen, or none. Without: prints the slots answered here.");
}

void declare(CLI::App& command, ConditionOptions& options) {
    command.add_option("NAME", options.words, "a switch, then up or down; any number of pairs")
        ->type_name("[up|down]");
    command.add_option("--remove", options.remove, "take this switch away; no rule may ask it")
        ->type_name("NAME")
        ->allow_extra_args(false);
    command.add_flag("--json", options.json, "for programs");
    command.footer("Without NAME: all switches. With NAME alone: prints up or down, and the exit\n"
                   "status is 0 or 1. All changes are one write: all of them happen, or none.");
}

void declare(CLI::App& command, PoolOptions& options) {
    command.add_option("NAME", options.name, "the pool");
    command.add_option("--remove", options.remove, "take this pool away; no rule may use it")
        ->type_name("POOL")
        ->allow_extra_args(false);
    command.add_flag("--json", options.json, "for programs; before or behind NAME");
    command.prefix_command();
    command.footer(
        "Then any number of commands: +MARK adds a backend or ends its drain, -MARK removes it,\n"
        "drain MARK, weight MARK WEIGHT, gate MARK [!]CONDITION|none. They are one write: all\n"
        "of them happen, or none. Without: shows that pool, or all.");
}

} // namespace

Exit complain(Host& host, const Error& error) {
    fmt::print(host.err, "nfcluster: {}\n", error.text);
    switch (error.kind) {
    case Kind::BadInput:
        return Exit::Usage;
    case Kind::NoCluster:
        return Exit::NoCluster;
    case Kind::Refused:
        return Exit::Refused;
    case Kind::Unavailable:
        break;
    }
    return Exit::Unavailable;
}

Exit run(Host& host, int argc, const char* const* argv) {
    StatusOptions status_options;
    WhichOptions which_options;
    SlotsOptions slots_options;
    ConditionOptions condition_options;
    PoolOptions pool_options;
    EventsOptions events_options;
    FileOptions check_options, rules_options;
    PlanOptions plan_options;
    DoctorOptions doctor_options;
    std::vector<DirectOptions> direct_options(6);

    CLI::App app{"Shared addresses of this node, and the servers behind it.", "nfcluster"};
    app.set_version_flag("--version", "nfcluster " NFC_VERSION);
    app.require_subcommand(1);
    app.get_formatter()->label("TEXT", "");
    app.get_formatter()->label("REQUIRED", "");
    app.get_formatter()->column_width(22);
    app.footer(exit_codes);
    auto& status_command =
        *app.add_subcommand("status", "what this node answers for and passes on");
    auto& which_command = *app.add_subcommand("which", "the slot that a client falls into");
    auto& slots_command = *app.add_subcommand("slots", "answer for slots, or stop answering");
    auto& condition_command = *app.add_subcommand("condition", "the switches that rules ask");
    auto& pool_command = *app.add_subcommand("pool", "the backends that STATMARK chooses from");
    auto& ipvs_words = *app.add_subcommand("ipvs", "the kernel's load balancer and its servers");
    ipvs_words.prefix_command();
    ipvs_words.set_help_flag(); // it has a grammar of its own
    auto& events_command = *app.add_subcommand("events", "what nfclusterd sees, as it happens");
    const std::vector<std::tuple<const char*, const char*, control::Verb>> directs{
        {"drain", "a backend or a node gets no new connections", control::Verb::Drain},
        {"disable", "a backend gets none at all", control::Verb::Disable},
        {"enable", "a backend serves again while its checks are good", control::Verb::Enable},
        {"return", "a node gets slots again while it is well", control::Verb::Enable},
        {"weight", "a node gets more or fewer slots than others", control::Verb::Weight},
        {"reload", "nfclusterd reads its configuration again", control::Verb::Reload}};
    std::vector<CLI::App*> direct_commands;
    for (std::size_t i = 0; i < directs.size(); ++i) {
        const auto& [name, what, verb] = directs[i];
        direct_options[i].verb = verb;
        direct_commands.push_back(app.add_subcommand(name, what));
        declare(*direct_commands[i], direct_options[i]);
    }
    auto& check_command = *app.add_subcommand("check", "is a configuration right, and for here?");
    auto& rules_command = *app.add_subcommand("rules", "the commands that a configuration needs");
    auto& plan_command = *app.add_subcommand("plan", "what would move if a node died");
    auto& doctor_command = *app.add_subcommand("doctor", "what is wrong here and what mends it");
    declare(events_command, events_options);
    declare_check(check_command, check_options);
    declare_rules(rules_command, rules_options);
    declare(plan_command, plan_options);
    declare(doctor_command, doctor_options);
    declare(status_command, status_options);
    declare(which_command, which_options);
    declare(slots_command, slots_options);
    declare(condition_command, condition_options);
    declare(pool_command, pool_options);

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) { // --help, --version
        app.exit(asked, host.out, host.err);
        return Exit::Yes;
    } catch (const CLI::ParseError& error) {
        return complain(host,
                        {Kind::BadInput, fmt::format("{}\nTry 'nfcluster --help'.", error.what())});
    }

    if (status_command)
        return status(host, status_options);
    if (which_command)
        return which(host, which_options);
    if (events_command)
        return events(host, events_options);
    for (std::size_t i = 0; i < directs.size(); ++i)
        if (*direct_commands[i])
            return direct(host, direct_options[i]);
    if (check_command)
        return check_file(host, check_options);
    if (rules_command)
        return print_rules(host, rules_options);
    if (plan_command)
        return plan(host, plan_options);
    if (doctor_command)
        return doctor(host, doctor_options);
    if (condition_command)
        return condition(host, condition_options);
    if (ipvs_words)
        return ipvs_command(host, ipvs_words.remaining());
    if (pool_command) {
        pool_options.words = pool_command.remaining();
        return pool(host, pool_options);
    }
    slots_options.commands = slots_command.remaining();
    return slots(host, slots_options);
}

} // namespace nfc
