// A cluster's file, written and read as no shell does it: every write(2) as it
// stands, with any bytes and any length; reads of any size from any place; and
// a read or write that stays in the kernel because its memory never comes.
#include "common.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace labnet {
namespace {

// "\n", "\t", "\\" and "\xHH": shells cannot pass a NUL, and `echo` differs
// from shell to shell.
std::string unescaped(const std::string& text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            bytes += text[i];
            continue;
        }
        const char kind = ++i < text.size() ? text[i] : '\0';
        if (kind == 'n' || kind == 't' || kind == '\\') {
            bytes += kind == 'n' ? '\n' : kind == 't' ? '\t' : '\\';
        } else if (kind == 'x' && i + 2 < text.size()) {
            bytes += static_cast<char>(parse_number("0x" + text.substr(i + 1, 2), 0xff, "\\x"));
            i += 2;
        } else {
            throw Usage("\"" + text + "\": an escape is \\n, \\t, \\\\ or \\xHH");
        }
    }
    return bytes;
}

void print_result(ssize_t result) {
    if (result < 0)
        std::puts(strerrorname_np(errno));
    else
        std::printf("%zd\n", result);
}

Fd opened(const std::string& path, int mode) {
    return checked(open(path.c_str(), mode | O_CLOEXEC), path);
}

// Memory of which not one page is there, and nobody who brings it but us.
class Missing {
public:
    Missing()
        : size_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))),
          fd_(checked(static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC)), "userfaultfd")),
          memory_(
              mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
        if (memory_ == MAP_FAILED)
            fail("mmap");
        uffdio_api api{};
        api.api = UFFD_API;
        uffdio_register area{};
        area.range = {reinterpret_cast<std::uint64_t>(memory_), size_};
        area.mode = UFFDIO_REGISTER_MODE_MISSING;
        if (ioctl(fd_.get(), UFFDIO_API, &api) < 0 || ioctl(fd_.get(), UFFDIO_REGISTER, &area) < 0)
            fail("userfaultfd");
    }
    ~Missing() { munmap(memory_, size_); }
    Missing(const Missing&) = delete;
    Missing& operator=(const Missing&) = delete;

    void* memory() const { return memory_; }
    std::size_t size() const { return size_; }

    // Somebody touched it and waits.
    bool touched(int timeout) const {
        pollfd wanted{fd_.get(), POLLIN, 0};
        return poll(&wanted, 1, timeout) == 1;
    }

    void bring(std::string text) {
        text.resize(size_);
        uffdio_copy copy{};
        copy.dst = reinterpret_cast<std::uint64_t>(memory_);
        copy.src = reinterpret_cast<std::uint64_t>(text.data());
        copy.len = size_;
        if (ioctl(fd_.get(), UFFDIO_COPY, &copy) < 0)
            fail("UFFDIO_COPY");
    }

private:
    std::size_t size_;
    Fd fd_;
    void* memory_;
};

int write_each(const std::string& text, Options& options) {
    bool refused = false;
    while (!options.empty()) {
        const std::string path = options.positional("FILE");
        if (write(opened(path, O_WRONLY).get(), text.data(), text.size()) != std::ssize(text)) {
            std::fprintf(stderr, "%s: %s\n", path.c_str(), strerrorname_np(errno));
            refused = true;
        }
    }
    return refused ? 1 : 0;
}

} // namespace

int write_file(Options& options) {
    std::string each;
    if (options.text("--each", each))
        return write_each(unescaped(each), options);
    const std::uint64_t size = options.number_or("--size", 0, 1U << 30);
    const bool sized = size > 0;
    std::uint64_t nowhere = 0;
    options.number("--nowhere", nowhere, 1U << 30);
    const std::string path = options.positional("FILE");
    const Fd fd = opened(path, O_WRONLY);
    setvbuf(stdout, nullptr, _IOLBF, 0);
    bool refused = false;
    const auto one = [&](const void* bytes, std::size_t length) {
        const ssize_t result = write(fd.get(), bytes, length);
        print_result(result);
        refused |= result < 0;
    };
    if (nowhere) {
        const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        void* gap = mmap(nullptr, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (gap == MAP_FAILED)
            fail("mmap");
        one(gap, nowhere);
    }
    while (!options.empty()) {
        std::string bytes = unescaped(options.positional("TEXT"));
        if (sized)
            bytes.resize(size, bytes.empty() ? '+' : bytes.back());
        one(bytes.data(), bytes.size());
    }
    return refused ? 1 : 0;
}

int read_file(Options& options) {
    std::uint64_t at = 0;
    const bool once = options.number("--at", at, ~std::uint64_t{0} >> 1);
    bool again = options.flag("--again");
    std::string bytes(options.number_or("--size", 4096, 1U << 20), '\0');
    const std::string path = options.positional("FILE");
    options.done();
    const Fd fd = opened(path, O_RDONLY);
    for (;;) {
        const ssize_t got =
            once ? pread(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(at))
                 : read(fd.get(), bytes.data(), bytes.size());
        if (got < 0) {
            std::fprintf(stderr, "%s\n", strerrorname_np(errno));
            return 1;
        }
        std::fwrite(bytes.data(), 1, static_cast<std::size_t>(got), stdout);
        if (got == 0 && again) {
            again = false;
            if (lseek(fd.get(), 0, SEEK_SET) < 0)
                fail("lseek");
        } else if (got == 0 || once) {
            return 0;
        }
    }
}

int patch(Options& options) {
    const std::string path = options.positional("FILE");
    const std::string from = options.positional("OLD");
    const std::string to = options.positional("NEW");
    options.done();
    if (from.empty() || from.size() != to.size())
        throw Usage("OLD and NEW have to be of the same length");
    const Fd fd = opened(path, O_RDWR);
    std::string bytes(static_cast<std::size_t>(lseek(fd.get(), 0, SEEK_END)), '\0');
    if (pread(fd.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        fail(path);
    std::size_t changes = 0;
    for (std::size_t at = 0; (at = bytes.find(from, at)) != std::string::npos; ++changes)
        bytes.replace(at, from.size(), to);
    if (pwrite(fd.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        fail(path);
    std::printf("%zu\n", changes);
    return changes ? 0 : 1;
}

int stick(Options& options) {
    const std::string text = unescaped(options.text_or("--text", "+2"));
    const int timeout = static_cast<int>(options.number_or("--timeout", 60'000, 3'600'000));
    const std::string what = options.positional("read or write");
    const bool writing = what == "write";
    if (!writing && what != "read" && what != "poll")
        throw Usage("\"" + what + "\" is neither read nor write nor poll");
    const std::string path = options.positional("FILE");
    options.done();
    setvbuf(stdout, nullptr, _IOLBF, 0);
    if (what == "poll")
        return stick_poll(path, timeout);

    const Fd fd = opened(path, writing ? O_WRONLY : O_RDONLY);
    Missing missing;
    ssize_t result = 0;
    int error = 0;
    std::thread stuck([&] {
        result = writing ? write(fd.get(), missing.memory(), text.size())
                         : read(fd.get(), missing.memory(), missing.size());
        error = errno;
    });
    const bool touched = missing.touched(timeout);
    if (touched) {
        std::puts("stuck");
        // Until whoever started us says that it has seen enough.
        pollfd wanted{STDIN_FILENO, POLLIN, 0};
        poll(&wanted, 1, timeout);
        missing.bring(text);
    }
    stuck.join();
    errno = error;
    print_result(result);
    return touched ? 0 : 1;
}

} // namespace labnet
