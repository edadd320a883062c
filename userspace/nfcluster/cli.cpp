// SPDX-License-Identifier: GPL-2.0
// From words on the command line to a command.
#include "nfcluster/cli.hpp"

#include <CLI/CLI.hpp>
#include <fmt/ostream.h>

namespace nfc {

namespace {

constexpr auto exit_codes =
    R"(Exit status: 0 yes, done; 1 no, or nothing to do; 2 wrong usage; 3 there is no
such thing here, or the module is not loaded; 4 the kernel refused; 5 this node
could not be asked (not root, no iptables).
More: man nfcluster)";

void declare(CLI::App& command, StatusOptions& options) {
    command.add_flag("--json", options.json, "for programs");
    command.add_flag("--watch", options.watch, "again whenever something changes, until Ctrl-C");
}

void declare(CLI::App& command, WhichOptions& options) {
    command.add_option("ADDRESS", options.address, "the cluster's address")->required();
    command.add_option("CLIENT", options.client, "where packets come from: ADDRESS[:PORT]")
        ->required();
    command.add_option("--port", options.port, "destination port, if the hash mode wants it")
        ->type_name("DPORT");
    command.add_option("--total-nodes", options.total_nodes, "instead of what the rule says")
        ->type_name("N");
    command.add_option("--hashmode", options.hashmode, "instead of what the rule says")
        ->type_name("MODE");
    command.add_option("--hash-init", options.hash_init, "instead of what the rule says")
        ->type_name("SEED");
    command.add_flag("--json", options.json, "for programs");
}

void declare(CLI::App& command, SlotsOptions& options) {
    command.add_option("ADDRESS", options.address, "the cluster's address")->required();
    // "-3" is a command, not an option: whatever comes now is ours to read.
    command.prefix_command();
    command.footer("Then any number of commands: +SLOTS to answer for slots, -SLOTS to stop, with\n"
                   "SLOTS as in 2 or 3-7,12. Without a command: prints the slots answered here.");
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
