// cpu COMMAND...: how long the processor worked for it, in microseconds: for the
// command, and for the kernel's own threads until they are quiet again, because much
// is ended by them. In a VM whose clock counts instructions: thousands of these.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using Times = std::map<int, long long>;

constexpr int rounds = 100;
constexpr auto pause = 50ms;
constexpr long long quiet = 200; // microseconds of work in a pause, for nothing

long long microseconds(const timeval& time) {
    return time.tv_sec * 1'000'000LL + time.tv_usec;
}

// What everybody else has used so far, by process.
Times others() {
    Times times;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        int process = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), process);
        if (error != std::errc{} || *end || process == getpid())
            continue;
        long long nanoseconds = 0;
        if (std::ifstream(entry.path() / "schedstat") >> nanoseconds)
            times[process] = nanoseconds / 1000;
    }
    return times;
}

long long since(const Times& before, const Times& after) {
    long long sum = 0;
    for (const auto& [process, time] : after) {
        const auto then = before.find(process);
        sum += time - (then == before.end() ? 0 : then->second);
    }
    return sum;
}

// What they have used when they are done.
Times settled() {
    Times last = others();
    for (int round = 0; round < rounds; ++round) {
        std::this_thread::sleep_for(pause);
        Times now = others();
        if (since(last, now) < quiet)
            return last;
        last = std::move(now);
    }
    throw std::runtime_error("the machine does not come to rest");
}

int run(char** command, rusage& used) {
    const pid_t child = fork();
    if (child == 0) {
        execvp(command[0], command);
        std::perror(command[0]);
        _exit(127);
    }
    int status = 0;
    if (child < 0 || wait4(child, &status, 0, &used) != child)
        throw std::runtime_error("cannot run it");
    return status;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("usage: cpu COMMAND...\n", stderr);
        return 2;
    }
    try {
        const Times before = settled();
        rusage used{};
        if (const int status = run(argv + 1, used))
            throw std::runtime_error("wait status " + std::to_string(status));
        std::printf("%lld\n", microseconds(used.ru_utime) + microseconds(used.ru_stime) +
                                  since(before, settled()));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "cpu: %s: %s\n", argv[1], error.what());
        return 1;
    }
    return 0;
}
