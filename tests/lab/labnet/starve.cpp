// What becomes of a command when there is no memory: the first allocation fails,
// in the next attempt the second, and so on until an attempt comes through.
// Needs a kernel with fault injection (/proc/self/fail-nth).
#include "starve.hpp"

#include "common.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <map>
#include <sys/syscall.h>
#include <unistd.h>

namespace labnet {

Starvation::Starvation()
    : fd_(checked(open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC), "fail-nth")) {}

void Starvation::begin(std::uint64_t nth) {
    const std::string text = std::to_string(nth);
    if (pwrite(fd_.get(), text.data(), text.size(), 0) < 0)
        fail("fail-nth");
}

bool Starvation::end() {
    char left[32]{};
    if (pread(fd_.get(), left, sizeof left - 1, 0) < 0 || pwrite(fd_.get(), "0", 1, 0) < 0)
        fail("fail-nth");
    return std::atoi(left) == 0;
}

namespace {

std::string contents(const std::string& path) {
    const Fd fd = checked(open(path.c_str(), O_RDONLY | O_CLOEXEC), path);
    std::string text;
    std::array<char, 4096> part;
    ssize_t got;
    while ((got = read(fd.get(), part.data(), part.size())) > 0)
        text.append(part.data(), static_cast<std::size_t>(got));
    if (got < 0)
        fail(path);
    return text;
}

// Returns an errno, or 0.
using Attempt = std::function<int()>;

struct Trial {
    Attempt attempt;
    Attempt undo; // what an attempt has done that could do without its allocation
    std::function<bool()> untouched; // after one that failed
};

int attempts(std::uint64_t most, const Trial& trial) {
    Starvation starvation;
    std::map<std::string, std::uint64_t> said;
    for (std::uint64_t nth = 1; nth <= most; ++nth) {
        starvation.begin(nth);
        const int error = trial.attempt();
        const bool starved = starvation.end();
        ++said[error ? strerrorname_np(error) : starved ? "undone" : "success"];
        if (!starved) {
            for (const auto& [word, times] : said)
                std::printf("%s %llu\n", word.c_str(), static_cast<unsigned long long>(times));
            return error ? 1 : 0;
        }
        const int failed = error ? 0 : trial.undo();
        if (failed || (error && !trial.untouched())) {
            std::printf("allocation %llu: %s\n", static_cast<unsigned long long>(nth),
                        failed ? strerrorname_np(failed) : "something has changed");
            return 1;
        }
    }
    std::printf("no success in %llu attempts\n", static_cast<unsigned long long>(most));
    return 1;
}

int error_of(long result) {
    return result < 0 ? errno : 0;
}

} // namespace

int starve(Options& options) {
    const std::uint64_t most = options.number_or("--most", 5000, 1'000'000);
    const std::string what = options.positional("write or module");
    const std::string path = options.positional("FILE");
    if (what == "module") {
        const std::string name = options.positional("NAME");
        options.done();
        // From memory: reading the file is the kernel's own business, and it
        // complains aloud when it cannot.
        const std::string image = contents(path);
        return attempts(
            most,
            {[&] { return error_of(syscall(SYS_init_module, image.data(), image.size(), "")); },
             [&] { return error_of(syscall(SYS_delete_module, name.c_str(), 0)); },
             [&] { return access(("/sys/module/" + name).c_str(), F_OK) < 0; }});
    }
    if (what != "write")
        throw Usage("\"" + what + "\" is neither write nor module");
    const std::string text = options.positional("TEXT");
    const std::string back = options.positional("BACK");
    options.done();
    const std::string before = contents(path);
    const Fd fd = checked(open(path.c_str(), O_WRONLY | O_CLOEXEC), path);
    const auto put = [&](const std::string& bytes) {
        return error_of(write(fd.get(), bytes.data(), bytes.size()));
    };
    return attempts(most, {[&] { return put(text); }, [&] { return put(back); },
                           [&] { return contents(path) == before; }});
}

} // namespace labnet
