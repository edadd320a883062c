// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/daemon.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <fmt/format.h>
#include <iostream>
#include <sys/resource.h>
#include <utility>

namespace {

enum Exit { Good = 0, Usage = 2, Unavailable = 5 }; // as nfcluster's

// A descriptor a check that runs, and thousands may.
void allow_many_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int serve(const nfc::DaemonOptions& options, nfc::Config config) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGCHLD, SIG_DFL); // a parent may have ignored it
    allow_many_descriptors();
    asio::io_context io(ASIO_CONCURRENCY_HINT_UNSAFE); // of one thread
    nfc::Log log(config.log);
    nfc::ThisKernel kernel;
    nfc::Daemon daemon(io, options, kernel, log);
    if (const auto started = daemon.start(config); !started) {
        log.error(started.error().text);
        return Unavailable;
    }
    config = {}; // everybody has what he needs of it
    io.run();
    return Good;
}

} // namespace

int main(int argc, char** argv) {
    nfc::DaemonOptions options;
    bool check = false;
    bool foreground = true;
    options.version = NFC_VERSION;

    CLI::App app{"Watches servers, and tells the kernel who serves.", "nfclusterd"};
    app.set_version_flag("--version", "nfclusterd " NFC_VERSION);
    app.add_option("--config", options.config, "what to watch")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_option("--socket", options.socket, "where nfcluster finds us")
        ->type_name("PATH")
        ->capture_default_str();
    app.add_option("--state", options.state, "what outlives us")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_flag("--foreground", foreground, "it never goes to the background anyway");
    app.add_flag("--check", check, "only says what is wrong with the file");
    app.footer("SIGHUP loads the file again; SIGTERM ends it, and the kernel goes on as it is.\n"
               "Exit status: 0 done; 2 wrong usage or a wrong file; 5 cannot run here.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {
        return app.exit(asked);
    } catch (const CLI::ParseError& error) {
        app.exit(error);
        return Usage;
    }

    auto read = nfc::read_config_file(options.config);
    for (const auto& error : read.errors)
        std::cerr << error.text << '\n';
    if (!read.config)
        return read.errors.front().kind == nfc::Kind::BadInput ? Usage : Unavailable;
    return check ? Good : serve(options, std::move(*read.config));
}
