// A poll() that asks a file and then one whose file system (FUSE) does not
// answer: it stays among those who wait for the first, asleep elsewhere.
#include "common.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <span>
#include <sys/mount.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace labnet {
namespace {

// A file system of one file, which is its root; it answers all but poll().
class Silent {
public:
    Silent()
        : name_("/tmp/silent." + std::to_string(getpid())),
          place_(checked(open(name_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600), name_)),
          fuse_(checked(open("/dev/fuse", O_RDWR | O_CLOEXEC), "/dev/fuse")) {
        const std::string how =
            "fd=" + std::to_string(fuse_.get()) + ",rootmode=100600,user_id=0,group_id=0";
        if (mount("silent", name_.c_str(), "fuse", 0, how.c_str()) < 0)
            fail("mount");
    }
    ~Silent() {
        umount2(name_.c_str(), MNT_DETACH);
        unlink(name_.c_str());
    }
    Silent(const Silent&) = delete;
    Silent& operator=(const Silent&) = delete;

    const std::string& name() const { return name_; }

    // Until somebody polls the file, or time is up.
    bool serve(int timeout) {
        pollfd wanted{fuse_.get(), POLLIN, 0};
        while (poll(&wanted, 1, timeout) == 1) {
            std::array<char, FUSE_MIN_READ_BUFFER> bytes;
            fuse_in_header request{};
            if (read(fuse_.get(), bytes.data(), bytes.size()) < 0)
                fail("fuse");
            std::memcpy(&request, bytes.data(), sizeof request);
            if (request.opcode == FUSE_POLL) {
                polled_ = request.unique;
                return true;
            }
            answer(request);
        }
        return false;
    }

    // What was asked for is there.
    void speak() { reply(polled_, 0, fuse_poll_out{POLLIN, 0}); }

private:
    template <typename Body>
    void reply(std::uint64_t unique, int error, const Body& body) {
        struct {
            fuse_out_header header;
            Body body;
        } out{{sizeof out, error, unique}, body};
        if (error)
            out.header.len = sizeof out.header;
        if (write(fuse_.get(), &out, out.header.len) < 0)
            fail("fuse");
    }

    void answer(const fuse_in_header& request) {
        if (request.opcode == FUSE_INIT) {
            fuse_init_out init{};
            init.major = FUSE_KERNEL_VERSION;
            init.minor = 31;
            init.max_write = 4096;
            reply(request.unique, 0, init);
        } else if (request.opcode == FUSE_OPEN) {
            reply(request.unique, 0, fuse_open_out{});
        } else if (request.opcode == FUSE_GETATTR) {
            fuse_attr_out attr{};
            attr.attr.ino = 1;
            attr.attr.mode = S_IFREG | 0600;
            attr.attr.nlink = 1;
            reply(request.unique, 0, attr);
        } else if (request.opcode != FUSE_FORGET && request.opcode != FUSE_INTERRUPT) {
            reply(request.unique, -ENOSYS, std::uint64_t{0});
        }
    }

    std::string name_;
    Fd place_;
    Fd fuse_;
    std::uint64_t polled_ = 0;
};

} // namespace

int stick_poll(const std::string& path, int timeout) {
    const Fd fd = checked(open(path.c_str(), O_RDONLY | O_CLOEXEC), path);
    Silent silent;
    int ready = 0;
    std::thread stuck([&] {
        const int other = open(silent.name().c_str(), O_RDWR | O_CLOEXEC);
        std::array<pollfd, 2> both{{{fd.get(), POLLPRI, 0}, {other, POLLIN, 0}}};
        ready = poll(both.data(), both.size(), timeout);
        // Not closed: that asks the file system, which has nobody any more.
    });
    const bool touched = silent.serve(timeout);
    if (touched) {
        std::puts("stuck");
        pollfd wanted{STDIN_FILENO, POLLIN, 0};
        poll(&wanted, 1, timeout);
        silent.speak();
    }
    stuck.join();
    std::printf("%d\n", ready);
    return touched ? 0 : 1;
}

} // namespace labnet
