// SPDX-License-Identifier: GPL-2.0
#include "checks/child.hpp"

#include <array>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace nfc {

namespace {

using Descriptor = asio::posix::stream_descriptor;

constexpr std::size_t kept = 4096;

struct Actions {
    Actions() { posix_spawn_file_actions_init(&actions); }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    ~Actions() { posix_spawn_file_actions_destroy(&actions); }

    posix_spawn_file_actions_t actions;
};

struct Attributes {
    Attributes() { posix_spawnattr_init(&attributes); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    ~Attributes() { posix_spawnattr_destroy(&attributes); }

    posix_spawnattr_t attributes;
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (const auto& text : texts)
        all.push_back(const_cast<char*>(text.c_str()));
    all.push_back(nullptr);
    return all;
}

// A file without a name that holds `text` and stands at its beginning.
Descriptor filled_with(const asio::any_io_executor& executor, std::string_view text) {
    Descriptor file(executor);
    const int fd = ::memfd_create("input", MFD_CLOEXEC);
    if (fd < 0)
        return file;
    file.assign(fd);
    if (::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::lseek(fd, 0, SEEK_SET) != 0)
        file.close();
    return file;
}

// `input`: negative for none.
int spawn(pid_t& pid, int input, int output, const std::vector<std::string>& command,
          const std::vector<std::string>& environment) {
    Actions a;
    if (input < 0)
        posix_spawn_file_actions_addopen(&a.actions, 0, "/dev/null", O_RDONLY, 0);
    else
        posix_spawn_file_actions_adddup2(&a.actions, input, 0);
    posix_spawn_file_actions_adddup2(&a.actions, output, 1);
    posix_spawn_file_actions_adddup2(&a.actions, output, 2);
    posix_spawn_file_actions_addclosefrom_np(&a.actions, 3);

    Attributes t;
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setpgroup(&t.attributes, 0);
    posix_spawnattr_setsigmask(&t.attributes, &none);
    posix_spawnattr_setsigdefault(&t.attributes, &all);
    posix_spawnattr_setflags(&t.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                POSIX_SPAWN_SETSIGDEF);
    const auto arguments = pointers(command);
    const auto variables = pointers(environment);
    return posix_spawn(&pid, command.front().c_str(), &a.actions, &t.attributes, arguments.data(),
                       variables.data());
}

Error cannot(std::string_view program, int number) {
    return {Kind::Unavailable,
            fmt::format("{}: {}", program, std::generic_category().message(number))};
}

// Takes what a killed program leaves, so that it does not stay as a zombie.
asio::awaitable<void> bury(Descriptor handle, pid_t pid) {
    asio::error_code error;
    co_await handle.async_wait(Descriptor::wait_read,
                               asio::redirect_error(asio::use_awaitable, error));
    ::waitpid(pid, nullptr, WNOHANG);
}

std::string first_line(const std::string& said) {
    std::string line = said.substr(0, std::min(said.find('\n'), std::size_t{200}));
    for (char& c : line)
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f')
            c = ' ';
    return line;
}

} // namespace

std::string how_it_ended(int status, const std::string& said) {
    const auto how = WIFEXITED(status) ? fmt::format("exit status {}", WEXITSTATUS(status))
                                       : fmt::format("killed by signal {}", WTERMSIG(status));
    const auto line = first_line(said);
    return line.empty() ? how : fmt::format("{}: {}", how, line);
}

Result<Child> Child::start(const asio::any_io_executor& executor,
                           const std::vector<std::string>& command,
                           const std::vector<std::string>& environment, std::string_view input) {
    Descriptor text(executor);
    if (!input.empty()) {
        text = filled_with(executor, input);
        if (!text.is_open())
            return cannot("memfd", errno);
    }
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) < 0)
        return cannot("pipe", errno);
    Descriptor output(executor, ends[0]);
    const Descriptor written(executor, ends[1]);
    output.non_blocking(true);

    pid_t pid = 0;
    if (const int number =
            spawn(pid, text.is_open() ? text.native_handle() : -1, ends[1], command, environment))
        return cannot(command.front(), number);
    const auto handle = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (handle < 0) {
        const int number = errno;
        ::kill(-pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        return cannot("pidfd", number);
    }
    return Child(pid, Descriptor(executor, handle), std::move(output));
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), handle_(std::move(other.handle_)),
      output_(std::move(other.output_)), status_(other.status_), said_(std::move(other.said_)) {}

Child::~Child() {
    if (!pid_)
        return;
    ::kill(-pid_, SIGKILL);
    // One that hangs in the kernel may take its time.
    if (::waitpid(pid_, nullptr, WNOHANG) == 0) {
        auto executor = handle_.get_executor();
        asio::co_spawn(executor, bury(std::move(handle_), pid_), asio::detached);
    }
}

asio::awaitable<int> Child::ended(Rest rest) {
    if (pid_)
        co_await handle_.async_wait(Descriptor::wait_read, asio::use_awaitable);
    if (pid_) {
        siginfo_t how{};
        const bool well =
            ::waitid(P_PID, static_cast<id_t>(pid_), &how, WEXITED | WNOWAIT | WNOHANG) == 0 &&
            how.si_code == CLD_EXITED && how.si_status == 0;
        // The group is surely its own only until its leader is buried.
        if (rest == Rest::Killed || !well)
            ::kill(-pid_, SIGKILL);
        ::waitpid(std::exchange(pid_, 0), &status_, 0);
    }
    co_return status_;
}

asio::awaitable<void> Child::listen() {
    std::array<char, 4096> chunk{};
    asio::error_code error;
    while (!error) {
        const auto got = co_await output_.async_read_some(
            asio::buffer(chunk), asio::redirect_error(asio::use_awaitable, error));
        said_.append(chunk.data(), std::min(got, kept - said_.size()));
    }
}

std::string Child::said() {
    std::array<char, 4096> chunk{};
    asio::error_code error;
    while (!error && said_.size() < kept) {
        const auto got = output_.read_some(asio::buffer(chunk), error);
        said_.append(chunk.data(), std::min(got, kept - said_.size()));
    }
    return said_;
}

} // namespace nfc
