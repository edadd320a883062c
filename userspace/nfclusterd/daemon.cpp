// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/daemon.hpp"

#include "drivers/fd.hpp"
#include "nfclusterd/watcher.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>

namespace nfc {

namespace {

using control::Verb;

Time wall() {
    return std::chrono::system_clock::now();
}

std::string all_of(const std::vector<Error>& errors) {
    std::string text;
    for (const auto& error : errors)
        text += (text.empty() ? "" : "\n") + error.text;
    return text;
}

} // namespace

ReadConfig read_config_file(const std::filesystem::path& path) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    if (!fd || !read_all(fd, text))
        return {std::nullopt,
                {{Kind::Unavailable,
                  fmt::format("cannot read {}: {}", path.native(), errno_text(errno))}}};
    return read_config(path.native(), text);
}

Daemon::Daemon(asio::io_context& io, DaemonOptions options, Kernel& kernel, Log& log)
    : io_(io), options_(std::move(options)), log_(log), duties_(options_.state / "duties.json"),
      observers_(io.get_executor(), options_.state, log, [this] { return snapshot(); }),
      machine_(io.get_executor(), options_.state, log),
      conductor_(io.get_executor(), {.kernel = kernel,
                                     .duties = duties_,
                                     .log = log,
                                     .watch = watches_on(io.get_executor(), authorities_),
                                     .tell = [this](const Notice& notice) { tell(notice); }}),
      participants_(io.get_executor(), options_.state,
                    {.tell = [this](const Notice& notice) { tell(notice); },
                     .authorities = authorities_,
                     .version = options_.version,
                     .log = log}),
      notify_(io.get_executor()), signals_(io, SIGTERM, SIGINT, SIGHUP) {
    observers_.add([this](const Notice& notice) {
        if (server_)
            server_->tell(notice);
    });
    started_ = wall();
}

Result<Done> Daemon::start(const Config& config) {
    // Before the kernel is told anything: two of us would undo each other's work.
    auto server = ControlServer::open(
        io_.get_executor(), options_.socket,
        [this](const control::Request& request) { return answer(request); }, log_);
    if (!server)
        return server.error();
    server_ = std::move(*server);
    if (const auto read = duties_.read(); !read)
        log_.error(read.error().text);
    load(config);
    wait_for_signals();
    notify_.ready(summary());
    log_.info(fmt::format("started: {}", summary()));
    return Done{};
}

void Daemon::load(const Config& config) {
    observers_.set(config);
    machine_.load(config);
    conductor_.load(config.pools);
    participants_.load(config);
    node_ = config.node;
    pools_ = config.pools.size();
    loaded_ = wall();
    reload_problem_.clear();
    // A file of thousands of servers takes megabytes to read, once.
    ::malloc_trim(0);
}

Result<Done> Daemon::reload() {
    notify_.reloading();
    auto read = read_config_file(options_.config);
    if (read.config) {
        load(*read.config);
        log_.info(fmt::format("loaded {} again: {}", options_.config.native(), summary()));
    } else {
        for (const auto& error : read.errors)
            log_.error(error.text);
        log_.error("not loaded: what was loaded before holds");
        reload_problem_ = all_of(read.errors);
    }
    notify_.ready(summary());
    if (read.config)
        return Done{};
    return Error{Kind::BadInput, reload_problem_};
}

Result<Json> Daemon::answer(const control::Request& request) {
    const auto done = [](Result<Done> result) -> Result<Json> {
        if (!result)
            return result.error();
        return Json();
    };
    switch (request.verb) {
    case Verb::Status:
        return control::to_json(snapshot());
    case Verb::Reload:
        return done(reload());
    case Verb::Drain:
    case Verb::Disable:
    case Verb::Enable:
    case Verb::Weight:
        return done(administer(request));
    case Verb::Events:
        break; // the server's
    }
    return Json();
}

// A backend of a pool, or a node of a cluster.
Result<Done> Daemon::administer(const control::Request& request) {
    const auto& who = request.backend;
    if (participants_.has_node(who) && !conductor_.has(who)) {
        switch (request.verb) {
        case Verb::Drain:
            return participants_.wish(who, Duty::Drain, std::nullopt);
        case Verb::Enable:
            return participants_.wish(who, Duty::Serve, std::nullopt);
        case Verb::Weight:
            return participants_.wish(who, std::nullopt, request.weight);
        default:
            return Error{Kind::BadInput,
                         fmt::format("{:?} is a node: it can be drained, not taken out", who)};
        }
    }
    switch (request.verb) {
    case Verb::Drain:
        return conductor_.administer(who, Duty::Drain);
    case Verb::Disable:
        return conductor_.administer(who, Duty::Off);
    case Verb::Enable:
        return conductor_.administer(who, Duty::Serve);
    default:
        break;
    }
    if (conductor_.has(who))
        return Error{Kind::BadInput, fmt::format("{:?} is a backend: its weight is in the "
                                                 "configuration",
                                                 who)};
    return Error{Kind::NoCluster, fmt::format("no node {:?} in the configuration", who)};
}

void Daemon::tell(const Notice& notice) {
    observers_.tell(notice);
    notify_.status(summary());
}

Snapshot Daemon::snapshot() const {
    Snapshot shown;
    shown.node = node_;
    shown.version = options_.version;
    shown.file = options_.config.native();
    shown.started = started_;
    shown.loaded = loaded_;
    shown.reload_problem = reload_problem_;
    shown.down_times_problem = observers_.down_times_problem();
    shown.kernel_changes = conductor_.kernel_changes();
    shown.pools = conductor_.status();
    shown.clusters = participants_.status();
    return shown;
}

std::string Daemon::summary() const {
    const auto [up, total] = conductor_.count();
    const auto ill = conductor_.problems().size();
    auto text = fmt::format("{} of {} backends up in {} pools{}", up, total, pools_,
                            ill ? fmt::format(", {} of them in trouble", ill) : "");
    if (const auto [own, slots] = participants_.share(); slots)
        text += fmt::format(", {} of {} slots answered here", own, slots);
    return text;
}

void Daemon::wait_for_signals() {
    signals_.async_wait([this](asio::error_code error, int signal) {
        if (error)
            return;
        if (signal != SIGHUP)
            return stop();
        (void)reload();
        wait_for_signals();
    });
}

// The kernel goes on as it is.
void Daemon::stop() {
    notify_.stopping();
    log_.info("stops; the kernel goes on as it is");
    conductor_.stop();
    participants_.stop();
    server_.reset();
    io_.stop();
}

} // namespace nfc
