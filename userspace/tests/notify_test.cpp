// SPDX-License-Identifier: GPL-2.0
// What systemd hears of the daemon, on a socket of the test's own.
#include "drivers/fd.hpp"
#include "nfclusterd/notify.hpp"

#include <array>
#include <asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;

class NotifyTest : public testing::Test {
protected:
    void SetUp() override { listen("@nfcluster-notify-test-" + std::to_string(::getpid())); }
    void TearDown() override {
        for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
            ::unsetenv(name);
    }

    void listen(const std::string& path) {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        std::memcpy(name.sun_path, path.data(), path.size());
        if (path.front() == '@')
            name.sun_path[0] = '\0';
        socket_ = Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        ASSERT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&name),
                         static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size())),
                  0);
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }

    // The next of what was said; empty: nothing was.
    std::string heard() const {
        std::array<char, 512> text;
        const auto got = ::recv(socket_.get(), text.data(), text.size(), 0);
        return got > 0 ? std::string(text.data(), static_cast<std::size_t>(got)) : "";
    }

    Fd socket_{-1};
    asio::io_context io_;
};

TEST_F(NotifyTest, says_how_it_stands) {
    Notify notify(io_.get_executor());
    notify.ready("2 of 2 up");
    EXPECT_EQ(heard(), "READY=1\nSTATUS=2 of 2 up");
    notify.status("2 of 2 up");
    EXPECT_EQ(heard(), "") << "it was said";
    notify.status("1 of 2 up");
    EXPECT_EQ(heard(), "STATUS=1 of 2 up");
    notify.reloading();
    EXPECT_EQ(heard().rfind("RELOADING=1\nMONOTONIC_USEC=", 0), 0U);
    notify.stopping();
    EXPECT_EQ(heard(), "STOPPING=1");
}

TEST_F(NotifyTest, a_path_is_as_good) {
    const std::string path = testing::TempDir() + "notify-" + std::to_string(::getpid());
    ::unlink(path.c_str());
    listen(path);
    Notify(io_.get_executor()).stopping();
    EXPECT_EQ(heard(), "STOPPING=1");
    ::unlink(path.c_str());
}

TEST_F(NotifyTest, feeds_the_watchdog_in_time) {
    ::setenv("WATCHDOG_USEC", "30000", 1);
    Notify notify(io_.get_executor());
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(heard(), "WATCHDOG=1") << i;
        io_.run_one();
    }
}

TEST_F(NotifyTest, there_may_be_no_watchdog) {
    Notify none(io_.get_executor());
    ::setenv("WATCHDOG_USEC", "30000", 1);
    ::setenv("WATCHDOG_PID", "1", 1);
    Notify not_ours(io_.get_executor());
    ::unsetenv("WATCHDOG_PID");
    ::setenv("WATCHDOG_USEC", "-1", 1);
    Notify nonsense(io_.get_executor());
    EXPECT_EQ(heard(), "");
    EXPECT_EQ(io_.poll(), 0U);
}

TEST_F(NotifyTest, nobody_may_listen) {
    for (const auto& path :
         {std::string(), std::string("/nowhere/at/all"), std::string(200, 'x')}) {
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
        Notify(io_.get_executor()).ready("up");
    }
    EXPECT_EQ(heard(), "");
}

} // namespace
} // namespace nfc
