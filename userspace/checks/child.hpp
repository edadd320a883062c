// SPDX-License-Identifier: GPL-2.0
// A program that runs in a process group of its own. Nothing of it outlives the
// object: the group is killed when the program has ended, or else with the object,
// and nobody waits for that. Its input is all there when it starts.
#pragma once

#include "checks/asio.hpp"
#include "core/result.hpp"

#include <asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace nfc {

// What a program's environment begins with.
constexpr std::string_view usual_path =
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// "exit status 3", "killed by signal 9", and the first line of what it said.
std::string how_it_ended(int status, const std::string& said);

enum class Rest : std::uint8_t {
    Killed, // what the program left behind in its group ends with it
    Left,   // if it ended well, that goes on
};

class Child {
public:
    static Result<Child> start(const asio::any_io_executor& executor,
                               const std::vector<std::string>& command,
                               const std::vector<std::string>& environment,
                               std::string_view input = {});
    Child(Child&& other) noexcept;
    Child& operator=(Child&&) = delete;
    ~Child();

    // Its status, as waitpid() gives it, once it has ended.
    asio::awaitable<int> ended(Rest rest = Rest::Killed);
    // Reads what it says until nobody can say more; keeps the beginning.
    asio::awaitable<void> listen();
    // What it has said, and what is left to hear without waiting.
    std::string said();

private:
    Child(pid_t pid, asio::posix::stream_descriptor handle, asio::posix::stream_descriptor output)
        : pid_(pid), handle_(std::move(handle)), output_(std::move(output)) {}

    pid_t pid_;                             // 0: it has ended
    asio::posix::stream_descriptor handle_; // readable when it has
    asio::posix::stream_descriptor output_;
    int status_ = 0;
    std::string said_;
};

} // namespace nfc
