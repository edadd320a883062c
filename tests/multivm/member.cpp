// SPDX-License-Identifier: GPL-2.0
// One member of a group, without a daemon around it: says what its group tells, and
// tells the group each line that it reads.
//   member NAME
#include "membership/corosync.hpp"

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/read_until.hpp>
#include <asio/streambuf.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iostream>
#include <istream>
#include <string>
#include <unistd.h>

namespace {

void say(const std::string& line) {
    std::cout << line << std::endl;
}

nfc::GroupEvents saying() {
    return {
        [](const nfc::View& view) {
            say(fmt::format("view {} members {} machines {}",
                            view.quorate ? "quorate" : "not-quorate", fmt::join(view.members, ","),
                            fmt::join(view.machines, ",")));
        },
        [](nfc::MemberId from, std::string_view message) {
            say(fmt::format("message {} {}", from, message));
        },
        [](const std::string& problem) { say("problem " + (problem.empty() ? "none" : problem)); },
    };
}

void read_lines(asio::posix::stream_descriptor& input, asio::streambuf& buffer, nfc::Group& group) {
    asio::async_read_until(input, buffer, '\n', [&](const asio::error_code& error, std::size_t) {
        if (error)
            return;
        std::istream stream(&buffer);
        std::string line;
        std::getline(stream, line);
        group.send(line);
        read_lines(input, buffer, group);
    });
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: member NAME\n";
        return 2;
    }
    asio::io_context io;
    const auto group = nfc::join_corosync(io.get_executor(), argv[1], saying());
    asio::posix::stream_descriptor input(io, ::dup(STDIN_FILENO));
    asio::streambuf buffer;
    read_lines(input, buffer, *group);
    io.run();
}
