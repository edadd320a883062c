// Process 1 of a VM. The host sends frames over a virtio-serial port: run this,
// write that file, kill. Output and exit statuses go back the same way, so that
// nothing the kernel prints on the console can get between them.
//
// Frame: u32 length of what follows, u32 job, u8 kind, payload; little endian.
// From the host:  R command   P "mode path\n" content   K signal (u8)   X
// To the host:    H version   O output                  D wait status (u32)
// X kills every process but this one and is answered by D.
#include "common.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <list>
#include <poll.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

namespace labnet {
namespace {

struct Job {
    std::uint32_t id;
    pid_t pid;
    Fd output;
};

class Agent {
public:
    explicit Agent(const std::string& port)
        : port_(checked(open(port.c_str(), O_RDWR | O_CLOEXEC), port)) {
        sigset_t children;
        sigemptyset(&children);
        sigaddset(&children, SIGCHLD);
        sigprocmask(SIG_BLOCK, &children, nullptr);
        children_ = checked(signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd");
        utsname system{};
        uname(&system);
        send(0, 'H', system.release);
    }

    // Returns when the host has gone.
    void serve() {
        for (;;) {
            std::vector<pollfd> wanted{{port_.get(), POLLIN, 0}, {children_.get(), POLLIN, 0}};
            for (const Job& job : jobs_)
                wanted.push_back({job.output.get(), POLLIN, 0});
            if (poll(wanted.data(), wanted.size(), -1) < 0 && errno != EINTR)
                return;
            std::size_t index = 2;
            for (Job& job : jobs_)
                if (wanted[index++].revents)
                    forward(job);
            if (wanted[1].revents)
                reap();
            if (wanted[0].revents && !receive())
                return;
        }
    }

private:
    bool receive() {
        char buffer[65536];
        const ssize_t got = read(port_.get(), buffer, sizeof buffer);
        if (got <= 0)
            return got < 0 && (errno == EINTR || errno == EAGAIN);
        received_.append(buffer, static_cast<std::size_t>(got));
        for (std::uint32_t length = 0; received_.size() >= 4;) {
            std::memcpy(&length, received_.data(), 4);
            if (received_.size() - 4 < length || length < 5)
                break;
            std::uint32_t job = 0;
            std::memcpy(&job, &received_[4], 4);
            const char kind = received_[8];
            const std::string payload = received_.substr(9, length - 5);
            received_.erase(0, 4 + std::size_t{length});
            handle(job, kind, payload);
        }
        return true;
    }

    void handle(std::uint32_t id, char kind, const std::string& payload) {
        switch (kind) {
        case 'R':
            run(id, payload);
            break;
        case 'P':
            done(id, put(payload) ? 0 : 1 << 8);
            break;
        case 'K':
            for (const Job& job : jobs_)
                if (job.id == id && !payload.empty())
                    kill(-job.pid, payload[0]);
            break;
        case 'X':
            kill(-1, SIGKILL);
            done(id, 0);
            break;
        }
    }

    void run(std::uint32_t id, const std::string& command) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0)
            return done(id, 127 << 8);
        Fd output(ends[0]);
        Fd input(ends[1]);
        fcntl(output.get(), F_SETFL, O_NONBLOCK);
        const pid_t pid = fork();
        if (pid < 0)
            return done(id, 127 << 8);
        if (pid == 0) {
            setsid();
            sigset_t none;
            sigemptyset(&none);
            sigprocmask(SIG_SETMASK, &none, nullptr);
            dup2(open("/dev/null", O_RDONLY), 0);
            dup2(input.get(), 1);
            dup2(input.get(), 2);
            execl("/bin/bash", "bash", "-c", command.c_str(), nullptr);
            _exit(127);
        }
        jobs_.push_back({id, pid, std::move(output)});
    }

    static bool put(const std::string& payload) {
        const std::size_t blank = payload.find(' ');
        const std::size_t line = payload.find('\n');
        if (blank == std::string::npos || line == std::string::npos || line < blank)
            return false;
        const mode_t mode = static_cast<mode_t>(std::stoul(payload.substr(0, blank), nullptr, 8));
        const std::string path = payload.substr(blank + 1, line - blank - 1);
        const Fd file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
        if (!file || fchmod(file.get(), mode) < 0)
            return false;
        for (std::size_t at = line + 1; at < payload.size();) {
            const ssize_t put = write(file.get(), &payload[at], payload.size() - at);
            if (put <= 0)
                return false;
            at += static_cast<std::size_t>(put);
        }
        return true;
    }

    // True when something was read.
    bool forward(Job& job) {
        char buffer[65536];
        const ssize_t got = read(job.output.get(), buffer, sizeof buffer);
        if (got > 0)
            send(job.id, 'O', {buffer, static_cast<std::size_t>(got)});
        else if (got == 0 || errno != EAGAIN)
            job.output.reset(); // poll ignores negative descriptors
        return got > 0;
    }

    void reap() {
        signalfd_siginfo seen;
        while (read(children_.get(), &seen, sizeof seen) > 0) {
        }
        int status = 0;
        for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
            for (auto job = jobs_.begin(); job != jobs_.end(); ++job) {
                if (job->pid != pid)
                    continue;
                // What it wrote is in the pipe. Processes it left behind may hold
                // the pipe open for long: the job ends with its first process.
                while (forward(*job)) {
                }
                done(job->id, static_cast<std::uint32_t>(status));
                jobs_.erase(job);
                break;
            }
        }
    }

    void done(std::uint32_t id, std::uint32_t status) {
        send(id, 'D', {reinterpret_cast<const char*>(&status), sizeof status});
    }

    void send(std::uint32_t id, char kind, std::string_view payload) {
        const auto length = static_cast<std::uint32_t>(payload.size() + 5);
        std::string frame(reinterpret_cast<const char*>(&length), 4);
        frame.append(reinterpret_cast<const char*>(&id), 4);
        frame += kind;
        frame += payload;
        for (std::size_t at = 0; at < frame.size();) {
            const ssize_t put = write(port_.get(), &frame[at], frame.size() - at);
            if (put < 0 && errno == EINTR)
                continue;
            if (put <= 0)
                return; // the host has gone: serve() sees it as well
            at += static_cast<std::size_t>(put);
        }
    }

    Fd port_;
    Fd children_;
    std::string received_;
    std::list<Job> jobs_;
};

} // namespace

int agent(Options& options) {
    const std::string port = options.positional("port");
    options.done();
    try {
        Agent(port).serve();
    } catch (const std::exception& error) {
        dprintf(2, "labnet agent: %s\n", error.what());
    }
    // A VM whose host has gone must not go on. Restart ends QEMU (-no-reboot) on
    // every machine, power-off does not.
    if (getpid() == 1)
        reboot(RB_AUTOBOOT);
    return 0;
}

} // namespace labnet
