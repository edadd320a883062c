// SPDX-License-Identifier: GPL-2.0
// Asking the daemon: a socket that answers, lies, hangs or is not there.
#include "control/client.hpp"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace nfc::control {
namespace {

using namespace std::chrono_literals;

// Nothing runs beside the test: who connects waits in the queue of the socket.
class ClientTest : public testing::Test {
protected:
    ClientTest() {
        std::string name = (std::filesystem::temp_directory_path() / "control-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
        path_ = folder_ / "control";
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, path_.c_str());
        EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)),
                  0);
        EXPECT_EQ(::listen(listener_.get(), 1), 0);
    }
    ~ClientTest() override { std::filesystem::remove_all(folder_); }

    Connection connect() {
        auto connection = Connection::open(path_, 5s);
        EXPECT_TRUE(connection);
        server_ = Fd(::accept(listener_.get(), nullptr, nullptr));
        return std::move(*connection);
    }
    void answer(std::string_view text) {
        EXPECT_EQ(::write(server_.get(), text.data(), text.size()),
                  static_cast<ssize_t>(text.size()));
    }

    std::filesystem::path folder_;
    std::filesystem::path path_;
    Fd listener_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    Fd server_{-1};
};

TEST_F(ClientTest, asks_and_hears) {
    auto connection = connect();
    answer(ok_line("fine"));
    const auto reply = connection.ask({Verb::Drain, "mail/a"}, 5s);
    ASSERT_TRUE(reply) << reply.error().text;
    EXPECT_EQ(*reply, "fine");

    char asked[100] = {};
    EXPECT_GT(::read(server_.get(), asked, sizeof(asked) - 1), 0);
    EXPECT_STREQ(asked, "{\"do\":\"drain\",\"backend\":\"mail/a\"}\n");
}

TEST_F(ClientTest, tells_what_was_refused) {
    auto connection = connect();
    answer(error_line({Kind::Refused, "not you"}));
    const auto reply = connection.ask({}, 5s);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().text, "not you");
    EXPECT_EQ(reply.error().kind, Kind::Refused);
}

TEST_F(ClientTest, hears_why_from_one_who_hung_up_before_it_asked) {
    auto connection = connect();
    answer(error_line({Kind::Unavailable, "too many"}));
    server_ = Fd(-1);
    const auto reply = connection.ask({}, 5s);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().text, "too many");
}

TEST_F(ClientTest, hears_events_in_pieces) {
    auto connection = connect();
    Notice notice;
    notice.backend = "a";
    const auto line = event_line(notice);
    answer(line + line.substr(0, 10));
    const auto first = connection.event(5s);
    ASSERT_TRUE(first && *first);
    EXPECT_EQ(**first, notice);
    const auto none = connection.event(0s);
    ASSERT_TRUE(none);
    EXPECT_FALSE(*none);
    answer(line.substr(10));
    EXPECT_TRUE(*connection.event(5s));
    server_ = Fd(-1);
    EXPECT_FALSE(connection.event(5s));
}

TEST_F(ClientTest, waits_for_nobody_beyond_its_deadline) {
    auto silent = connect();
    const auto reply = silent.ask({}, 50ms);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().text, "nfclusterd does not answer in time");

    // Nobody accepts, and the queue is full.
    const auto first = Connection::open(path_, 5s);
    const auto second = Connection::open(path_, 5s);
    const auto third = ask(path_, {}, 50ms);
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().text, "nfclusterd does not answer in time");
}

TEST_F(ClientTest, says_that_there_is_no_daemon) {
    const auto nowhere = ask(folder_ / "other", {});
    ASSERT_FALSE(nowhere);
    EXPECT_NE(nowhere.error().text.find("does not run here"), std::string::npos);
    EXPECT_EQ(nowhere.error().kind, Kind::Unavailable);
    listener_ = Fd(-1);
    const auto gone = ask(path_, {});
    ASSERT_FALSE(gone);
    EXPECT_NE(gone.error().text.find("does not run here"), std::string::npos);
    EXPECT_FALSE(ask(std::string(200, 'x'), {}));
}

TEST_F(ClientTest, takes_no_nonsense) {
    auto connection = connect();
    answer("{\"ok\":1\n{\"event\":{}}\n");
    EXPECT_FALSE(connection.ask({}, 5s));
    EXPECT_FALSE(connection.event(5s));
}

} // namespace
} // namespace nfc::control
