// dies NAMESPACE ADDRESS PORT ROUNDS: a server that dies again and again, and how long it
// takes until IPVS knows. A line a round: microseconds from its death until
// /proc/net/ip_vs has it with weight 0, or has it no more. Its socket is in the network
// namespace, IPVS in that of the caller. Deaths come at any time within a check's
// interval.
#include "../lab/labnet/common.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <random>
#include <sched.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using labnet::Fd;

constexpr auto patience = 30s;

class Server {
public:
    Server(const char* space, const char* address, std::uint16_t port)
        : home_(labnet::checked(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), "open")),
          space_(labnet::checked(open(space, O_RDONLY | O_CLOEXEC), space)) {
        name_.sin_family = AF_INET;
        name_.sin_port = htons(port);
        if (inet_pton(AF_INET, address, &name_.sin_addr) != 1)
            labnet::fail(address);
    }

    void live() {
        enter(space_);
        fd_ = labnet::checked(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                              "socket");
        enter(home_);
        const int on = 1;
        setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (bind(fd_.get(), reinterpret_cast<const sockaddr*>(&name_), sizeof name_) < 0 ||
            listen(fd_.get(), 64) < 0)
            labnet::fail("listen");
    }
    void die() { fd_ = Fd(); }
    // Takes who comes, for that long.
    void serve(Clock::duration time) {
        const auto end = Clock::now() + time;
        for (;;) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
            if (left <= 0ms)
                return;
            pollfd wanted{fd_.get(), POLLIN, 0};
            if (poll(&wanted, 1, static_cast<int>(left.count())) > 0)
                close(accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        }
    }

private:
    static void enter(const Fd& space) {
        if (setns(space.get(), CLONE_NEWNET) < 0)
            labnet::fail("setns");
    }

    Fd home_, space_, fd_;
    sockaddr_in name_{};
};

// As IPVS writes it, "0A090101:0050".
std::string in_hex(const char* address, std::uint16_t port) {
    in_addr parsed{};
    char text[16];
    inet_pton(AF_INET, address, &parsed);
    std::snprintf(text, sizeof text, "%08X:%04X", ntohl(parsed.s_addr), port);
    return text;
}

bool serves(const std::string& name) {
    std::ifstream file("/proc/net/ip_vs");
    std::string line;
    while (std::getline(file, line)) {
        int weight = 0;
        if (line.find(name) != std::string::npos && line.find("->") != std::string::npos &&
            std::sscanf(line.c_str(), " -> %*s %*s %d", &weight) == 1)
            return weight > 0;
    }
    return false;
}

void run(const char* space, const char* address, std::uint16_t port, int rounds) {
    const auto name = in_hex(address, port);
    Server server(space, address, port);
    std::mt19937 random(1);
    std::uniform_int_distribution<int> pause(1000, 1999); // milliseconds

    while (rounds-- > 0) {
        server.live();
        const auto begin = Clock::now();
        while (!serves(name)) {
            if (Clock::now() - begin > patience)
                labnet::fail("it is never taken back");
            server.serve(10ms);
        }
        server.serve(std::chrono::milliseconds(pause(random)));
        const auto death = Clock::now();
        server.die();
        while (serves(name)) {
            if (Clock::now() - death > patience)
                labnet::fail("nobody notices");
            std::this_thread::sleep_for(1ms);
        }
        std::printf("%lld\n",
                    static_cast<long long>(
                        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - death)
                            .count()));
        std::fflush(stdout);
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::fprintf(stderr, "usage: dies NAMESPACE ADDRESS PORT ROUNDS\n");
        return 2;
    }
    try {
        run(argv[1], argv[2], static_cast<std::uint16_t>(std::stoi(argv[3])), std::stoi(argv[4]));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "dies: %s\n", error.what());
        return 1;
    }
    return 0;
}
