// SPDX-License-Identifier: GPL-2.0
// nfcluster ipvs: the kernel's own load balancer, shown and changed.
#include "core/desired.hpp"
#include "core/ipvs_apply.hpp"
#include "core/text.hpp"
#include "drivers/fd.hpp"
#include "nfcluster/commands.hpp"
#include "nfcluster/ipvs_show.hpp"
#include "nfcluster/ipvs_timeouts.hpp"
#include "nfcluster/ipvs_words.hpp"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/ostream.h>
#include <iterator>
#include <sstream>

namespace nfc {

namespace {

using namespace ipvs;

// --- what the words mean

void declare_service(CLI::App& command, WishOptions& options) {
    const auto option = [&](const char* names, auto& value, const char* what, const char* type) {
        command.add_option(names, value, what)->type_name(type)->group("Service");
    };
    option("-t,--tcp-service", options.tcp, "by address and TCP port", "IP:PORT");
    option("-u,--udp-service", options.udp, "by address and UDP port", "IP:PORT");
    option("--sctp-service", options.sctp, "by address and SCTP port", "IP:PORT");
    option("-f,--fwmark-service", options.fwmark, "all packets that carry a mark", "MARK");
    command.add_flag("-6,--ipv6", options.ipv6, "the IPv6 ones of them")->group("Service");
}

void declare_settings(CLI::App& command, WishOptions& options) {
    const auto option = [&](const char* names, auto& value, const char* what, const char* type,
                            const char* group) {
        return command.add_option(names, value, what)->type_name(type)->group(group);
    };
    const auto flag = [&](const char* names, bool& value, const char* what) {
        command.add_flag(names, value, what)->group("Server");
    };
    constexpr auto how = "How it schedules";
    option("-s,--scheduler", options.scheduler, "wlc if not given", "NAME", how);
    option("-b,--sched-flags", options.sched_flags, "sh-fallback, sh-port, mh-…", "FLAGS", how);
    option("-p,--persistent", options.persistent, "a client keeps its server; 360", "SECONDS", how)
        ->expected(0, 1);
    option("-M,--netmask", options.netmask, "clients that count as one", "MASK|BITS", how);
    option("--pe", options.engine, "what finds the client: sip", "NAME", how);
    command.add_flag("-o,--ops", options.one_packet, "each UDP packet by itself")->group(how);
    flag("-g,--gatewaying", options.direct, "direct routing, if none of three is given");
    flag("-i,--ipip", options.tunnel, "by a tunnel");
    flag("-m,--masquerading", options.nat, "by NAT");
    option("-w,--weight", options.weight, "1 if not given; 0: no new connections", "N", "Server");
    option("-x,--u-threshold", options.upper, "at most so many connections", "N", "Server");
    option("-y,--l-threshold", options.lower, "and again below that", "N", "Server");
    option("--tun-type", options.tunnel_type, "ipip, gue, gre", "TYPE", "Server");
    option("--tun-port", options.tunnel_port, "of gue", "PORT", "Server");
    flag("--tun-nocsum", options.no_checksum, "no checksums, as if not given");
    flag("--tun-csum", options.checksum, "checksums");
    flag("--tun-remcsum", options.remote_checksum, "remote checksums");
}

struct Words {
    std::string verb;
    WishOptions wish;
    bool json = false, stats = false, rate = false;
    std::optional<std::string> file;
    bool exact = false;
    TimeoutOptions timeouts;
};

// All that can stand behind `nfcluster ipvs`; with `only_changes`, in a file.
class Grammar {
public:
    Grammar(Words& words, bool only_changes) : words_(words) {
        app_.require_subcommand(1);
        app_.get_formatter()->label("TEXT", "");
        app_.get_formatter()->column_width(30);
        change("add", "a service, or with -r a server of it", true);
        change("edit", "what is named; the rest stays as it is", true);
        change("delete", "a service, or with -r a server of it", false);
        if (only_changes)
            return;
        auto& list = command("list", "services and servers; also without any word");
        list.add_flag("--stats", words_.stats, "what they have done");
        list.add_flag("--rate", words_.rate, "what they do in a second");
        list.add_flag("--json", words_.json, "for programs");
        declare_service(command("zero", "the counters of a service, or all"), words_.wish);
        command("save", "prints what restore reads; ipvsadm --restore as well");
        auto& restore = command("restore", "adds what was saved; all of it is checked before");
        restore.add_option("FILE", words_.file, "standard input if not given");
        restore.add_flag("--exact", words_.exact, "what the file does not say goes");
        command("clear", "take all services away");
        auto& timeouts = command("timeouts", "of connections that are silent; shown, or changed");
        const auto timeout = [&](const char* name, auto& value, const char* what) {
            timeouts.add_option(name, value, what)->type_name("SECONDS");
        };
        timeout("--tcp", words_.timeouts.tcp, "of TCP");
        timeout("--tcpfin", words_.timeouts.tcp_fin, "of TCP once it has been ended");
        timeout("--udp", words_.timeouts.udp, "of UDP");
        timeouts.add_flag("--json", words_.json, "for programs");
    }

    void parse(std::vector<std::string> words) {
        std::ranges::reverse(words); // as CLI11 wants them
        app_.parse(std::move(words));
        words_.verb = app_.get_subcommands().front()->get_name();
    }
    CLI::App& app() { return app_; }

private:
    CLI::App& command(const char* name, const char* what) {
        return *app_.add_subcommand(name, what);
    }
    void change(const char* name, const char* what, bool settings) {
        auto& one = command(name, what);
        declare_service(one, words_.wish);
        one.add_option("-r,--real-server", words_.wish.server, "the server")
            ->type_name("IP[:PORT]")
            ->group("Server");
        if (settings)
            declare_settings(one, words_.wish);
    }

    Words& words_;
    CLI::App app_{"The kernel's load balancer, IPVS: services and their servers.",
                  "nfcluster ipvs"};
};

Verb verb_of(const std::string& name) {
    return name == "add"      ? Verb::Add
           : name == "edit"   ? Verb::Edit
           : name == "delete" ? Verb::Delete
                              : Verb::Zero;
}

Error usage(const std::exception& error) {
    return {Kind::BadInput, fmt::format("{}\nTry 'nfcluster ipvs --help'.", error.what())};
}

// --- a file of changes

// ipvsadm's names of what we call by a word.
constexpr std::pair<std::string_view, std::string_view> ipvsadm_verbs[] = {
    {"-A", "add"},    {"--add-service", "add"},
    {"-a", "add"},    {"--add-server", "add"},
    {"-E", "edit"},   {"--edit-service", "edit"},
    {"-e", "edit"},   {"--edit-server", "edit"},
    {"-D", "delete"}, {"--delete-service", "delete"},
    {"-d", "delete"}, {"--delete-server", "delete"},
};

// Nothing: an empty line, or a comment.
Result<std::optional<ipvs::Wish>> read_line(std::string_view line) {
    std::vector<std::string> list;
    std::istringstream stream{std::string(line)};
    for (std::string word; stream >> word && word.front() != '#';)
        list.push_back(word);
    if (list.empty())
        return std::optional<ipvs::Wish>{};
    for (const auto& [theirs, ours] : ipvsadm_verbs)
        if (list[0] == theirs)
            list[0] = ours;

    Words words;
    Grammar grammar(words, true);
    try {
        grammar.parse(list);
    } catch (const CLI::Error& error) {
        return Error{Kind::BadInput, error.what()};
    }
    const auto wish = read_wish(verb_of(words.verb), words.wish);
    if (!wish)
        return wish.error();
    return std::optional(*wish);
}

struct File {
    Table table; // what there is when all of it has been carried out
    Changes changes;
    std::vector<std::string> places; // of the changes
    std::vector<std::string> faults;
};

File read_file(std::string_view text, Table before) {
    File file{.table = std::move(before), .changes = {}, .places = {}, .faults = {}};
    for (unsigned number = 1; !text.empty(); ++number) {
        const auto place = fmt::format("line {}: ", number);
        const auto wish = read_line(take_until(text, '\n'));
        if (!wish) {
            file.faults.push_back(place + wish.error().text);
            continue;
        }
        if (!*wish)
            continue;
        const auto change = to_change(**wish, file.table);
        const auto done = change ? ipvs::apply(*change, file.table) : Result<Done>(change.error());
        if (!done) {
            file.faults.push_back(place + done.error().text);
            continue;
        }
        file.changes.push_back(*change);
        file.places.push_back(place);
    }
    return file;
}

// Only what differs: the rest keeps its connections and counters.
Changes difference(const Table& now, const Table& wanted) {
    std::vector<WantedService> services;
    std::vector<ServiceKey> forsaken;
    for (const auto& [key, state] : wanted) {
        services.push_back({state.service, {}});
        for (const auto& [server, destination] : state.destinations)
            services.back().destinations.push_back(destination.destination);
    }
    for (const auto& [key, state] : now)
        if (!wanted.contains(key))
            forsaken.push_back(key);
    return service_changes(now, services, forsaken);
}

// --- commands

Result<Table> look(const Host& host) {
    if (!host.ipvs.present())
        return Error{Kind::NoCluster, not_loaded};
    return host.ipvs.read();
}

Exit list(Host& host, const Words& words) {
    const auto table = look(host);
    if (!table)
        return complain(host, table.error());
    const auto columns = words.stats  ? Columns::Stats
                         : words.rate ? Columns::Rate
                                      : Columns::Connections;
    host.out << (words.json ? dump(Json{{"services", to_json(*table)}})
                            : to_table(*table, columns, host.terminal));
    return table->empty() ? Exit::No : Exit::Yes;
}

Exit save(Host& host) {
    const auto table = look(host);
    if (!table)
        return complain(host, table.error());
    for (const auto& [key, state] : *table) {
        fmt::print(host.out, "{}\n", to_line(state.service));
        for (const auto& [server, destination] : state.destinations)
            fmt::print(host.out, "{}\n", to_line(key, destination.destination));
    }
    return Exit::Yes;
}

Result<std::string> content(Host& host, const std::optional<std::string>& name) {
    if (!name || *name == "-")
        return std::string(std::istreambuf_iterator(host.in), {});
    std::string text;
    const Fd file(::open(name->c_str(), O_RDONLY | O_CLOEXEC));
    if (!file || !read_all(file, text))
        return Error{Kind::Unavailable,
                     fmt::format("cannot read {}: {}", *name, errno_text(errno))};
    return text;
}

Exit restore(Host& host, const Words& words) {
    const auto text = content(host, words.file);
    if (!text)
        return complain(host, text.error());
    // Here the question may load IPVS: something is to be added.
    const auto now = host.ipvs.read();
    if (!now)
        return complain(host, now.error());
    auto file = read_file(*text, words.exact ? Table{} : *now);
    if (!file.faults.empty()) {
        for (const auto& fault : file.faults)
            fmt::print(host.err, "nfcluster: {}\n", fault);
        return complain(host, {Kind::BadInput, "nothing was changed"});
    }
    if (words.exact) {
        file.changes = difference(*now, file.table);
        file.places.assign(file.changes.size(), "");
    }
    const auto failures = host.ipvs.apply(file.changes);
    for (const auto& [index, error] : failures)
        fmt::print(host.err, "nfcluster: {}{}\n", file.places[index], error.text);
    if (!failures.empty())
        return complain(
            host, {failures[0].error.kind, fmt::format("{} of {} changes were not made",
                                                       failures.size(), file.changes.size())});
    return file.changes.empty() ? Exit::No : Exit::Yes;
}

Exit zero(Host& host, const Words& words) {
    const auto& o = words.wish;
    if (!host.ipvs.present())
        return complain(host, {Kind::NoCluster, not_loaded});
    const auto done = [&]() -> Result<Done> {
        if (!o.tcp && !o.udp && !o.sctp && !o.fwmark && !o.ipv6)
            return host.ipvs.zero();
        const auto wish = read_wish(Verb::Zero, o);
        if (!wish)
            return wish.error();
        return host.ipvs.zero(wish->service);
    }();
    return done ? Exit::Yes : complain(host, done.error());
}

Exit clear(Host& host) {
    if (!host.ipvs.present())
        return complain(host, {Kind::NoCluster, not_loaded});
    const auto done = host.ipvs.flush();
    return done ? Exit::Yes : complain(host, done.error());
}

Exit change(Host& host, const Words& words) {
    const auto wish = read_wish(verb_of(words.verb), words.wish);
    if (!wish)
        return complain(host, wish.error());
    const auto now = wish->verb == Verb::Add ? host.ipvs.read() : look(host);
    if (!now)
        return complain(host, now.error());
    const auto change = to_change(*wish, *now);
    if (!change)
        return complain(host, change.error());
    auto after = *now;
    if (const auto done = ipvs::apply(*change, after); !done)
        return complain(host, done.error());
    if (after == *now) {
        fmt::print(host.out, "{}: so already\n", subject(*change));
        return Exit::No;
    }
    if (const auto failures = host.ipvs.apply({*change}); !failures.empty())
        return complain(host, failures[0].error);
    fmt::print(host.out, "{}: {}\n", subject(*change),
               wish->verb == Verb::Add    ? "added"
               : wish->verb == Verb::Edit ? "changed"
                                          : "gone");
    return Exit::Yes;
}

} // namespace

Exit ipvs_command(Host& host, std::vector<std::string> typed) {
    Words words;
    Grammar grammar(words, false);
    // Options alone are those of the list.
    if (typed.empty() || (typed[0].starts_with('-') && typed[0] != "--help" && typed[0] != "-h"))
        typed.insert(typed.begin(), "list");
    try {
        grammar.parse(typed);
    } catch (const CLI::Success& asked) {
        grammar.app().exit(asked, host.out, host.err);
        return Exit::Yes;
    } catch (const CLI::Error& error) {
        return complain(host, usage(error));
    }
    if (words.verb == "list")
        return list(host, words);
    if (words.verb == "save")
        return save(host);
    if (words.verb == "restore")
        return restore(host, words);
    if (words.verb == "zero")
        return zero(host, words);
    if (words.verb == "clear")
        return clear(host);
    if (words.verb == "timeouts")
        return ipvs_timeouts(host, words.timeouts, words.json);
    return change(host, words);
}

} // namespace nfc
