// Waiting for a file of ours to change, as a daemon would.
#include "common.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

namespace labnet {
namespace {

enum class Woken { no, changed, gone };

Woken by_poll(const Fd& file, int timeout) {
    pollfd wait{file.get(), POLLPRI, 0};
    if (poll(&wait, 1, timeout) < 0)
        fail("poll");
    if (wait.revents & POLLHUP)
        return Woken::gone;
    return wait.revents & POLLPRI ? Woken::changed : Woken::no;
}

Woken by_epoll(const Fd& file, int timeout) {
    const Fd epoll = checked(epoll_create1(EPOLL_CLOEXEC), "epoll");
    epoll_event event{};
    event.events = EPOLLPRI;
    if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, file.get(), &event) < 0)
        fail("epoll_ctl");
    const int count = epoll_wait(epoll.get(), &event, 1, timeout);
    if (count < 0)
        fail("epoll_wait");
    if (!count)
        return Woken::no;
    return event.events & EPOLLHUP ? Woken::gone : Woken::changed;
}

// It cannot tell a change from the end.
Woken by_select(const Fd& file, int timeout) {
    fd_set exceptional;
    FD_ZERO(&exceptional);
    FD_SET(file.get(), &exceptional);
    timeval left{timeout / 1000, timeout % 1000 * 1000};
    const int count = select(file.get() + 1, nullptr, nullptr, &exceptional, &left);
    if (count < 0)
        fail("select");
    return count ? Woken::changed : Woken::no;
}

} // namespace

// Prints what the file says; says "waiting"; waits for a change; prints again.
int poll_file(Options& options) {
    const int timeout = static_cast<int>(options.timeout_or(10000).count());
    const std::string way = options.text_or("--by", "poll");
    const std::string path = options.positional("FILE");
    options.done();
    const auto wait = way == "poll"     ? by_poll
                      : way == "epoll"  ? by_epoll
                      : way == "select" ? by_select
                                        : throw Usage("--by: poll, select or epoll");

    const Fd file = checked(open(path.c_str(), O_RDONLY | O_CLOEXEC), path);
    const auto show = [&] {
        std::array<char, 4096> text;
        const ssize_t size = pread(file.get(), text.data(), text.size(), 0);
        if (size < 0)
            return false;
        std::fwrite(text.data(), 1, static_cast<std::size_t>(size), stdout);
        return true;
    };
    if (!show())
        fail(path);
    std::puts("waiting");
    std::fflush(stdout);

    const Woken woken = wait(file, timeout);
    if (woken == Woken::changed && show())
        return 0;
    std::puts(woken == Woken::no ? "timeout" : "gone");
    return 1;
}

} // namespace labnet
