// SPDX-License-Identifier: GPL-2.0
// The daemon's socket: who asks well, who asks nonsense, and who never ends.
#include "nfclusterd/peer_rights.hpp"
#include "nfclusterd/server.hpp"
#include "tests/fake_node.hpp"

#include <asio/io_context.hpp>
#include <asio/write.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;
using control::Verb;
using Local = asio::local::stream_protocol;

class ServerTest : public testing::Test {
protected:
    ServerTest() { open({}); }

    void open(const ServerLimits& limits) {
        server_.reset();
        auto opened = ControlServer::open(
            io_.get_executor(), path_,
            [this](const control::Request& request) -> Result<Json> {
                asked_.push_back(request);
                if (request.backend == "nobody")
                    return Error{Kind::NoCluster, "no such"};
                return Json("done");
            },
            log_, limits);
        ASSERT_TRUE(opened) << opened.error().text;
        server_ = std::move(*opened);
    }
    Local::socket connect() {
        Local::socket socket(io_);
        socket.connect(path_.native());
        socket.non_blocking(true);
        return socket;
    }
    static void say(Local::socket& socket, std::string_view text) {
        asio::error_code error;
        while (!text.empty() && !error)
            text.remove_prefix(socket.write_some(asio::buffer(text), error));
    }
    // Until `lines` have come, or it hung up, or nothing comes any more.
    std::string hear(Local::socket& socket, std::ptrdiff_t lines = 1) {
        std::string heard;
        std::array<char, 65536> chunk;
        const auto end = std::chrono::steady_clock::now() + 5s;
        while (std::ranges::count(heard, '\n') < lines && std::chrono::steady_clock::now() < end) {
            io_.run_one_for(10ms);
            asio::error_code error;
            const auto got = socket.read_some(asio::buffer(chunk), error);
            heard.append(chunk.data(), got);
            if (error && error != asio::error::would_block)
                return heard + "END";
        }
        return heard;
    }
    std::string talk(std::string_view text) {
        auto socket = connect();
        say(socket, text);
        return hear(socket);
    }

    asio::io_context io_{1};
    FakeNode node_;
    std::filesystem::path path_ = node_.proc() / "control";
    std::string said_;
    Log log_{LogStyle{}, false, [this](std::string_view line) { said_ += line; }};
    std::vector<control::Request> asked_;
    std::unique_ptr<ControlServer> server_;
};

TEST_F(ServerTest, answers_one_after_the_other) {
    auto socket = connect();
    say(socket, control::to_line({Verb::Status, ""}) + control::to_line({Verb::Drain, "mail/a"}));
    EXPECT_EQ(hear(socket, 2), "{\"ok\":\"done\"}\n{\"ok\":\"done\"}\n");
    say(socket, control::to_line({Verb::Enable, "nobody"}));
    EXPECT_EQ(hear(socket), control::error_line({Kind::NoCluster, "no such"}));
    ASSERT_EQ(asked_.size(), 3u);
    EXPECT_EQ(asked_[1], (control::Request{Verb::Drain, "mail/a"}));
}

TEST_F(ServerTest, names_what_is_wrong_and_goes_on) {
    auto socket = connect();
    say(socket, "{\"do\":\"status\",\"when\":1}\nhello\n{\"do\":\"status\"}\n");
    EXPECT_EQ(hear(socket, 3),
              control::error_line({Kind::BadInput, "when: unknown"}) +
                  control::error_line({Kind::BadInput, "message \"hello\": expected one JSON "
                                                       "object on a line"}) +
                  control::ok_line("done"));
    EXPECT_EQ(asked_.size(), 1u);
}

TEST_F(ServerTest, hangs_up_on_who_never_ends) {
    const auto heard = talk(std::string(control::longest_request + 1, 'x'));
    EXPECT_EQ(heard.find(R"({"error":{"kind":"bad_input","text":"message: expected at most 65536)"),
              0u)
        << heard;
}

TEST_F(ServerTest, hangs_up_on_who_is_silent) {
    open({.request = 30ms});
    auto socket = connect();
    say(socket, "{\"do\":");
    EXPECT_EQ(hear(socket), "END");
    EXPECT_EQ(server_->peers(), 0u);
}

TEST_F(ServerTest, serves_others_while_one_is_slow) {
    auto slow = connect();
    say(slow, "{");
    EXPECT_EQ(talk("{\"do\":\"status\"}\n"), "{\"ok\":\"done\"}\n");
}

TEST_F(ServerTest, takes_only_so_many) {
    open({.peers = 2});
    const auto first = connect();
    const auto second = connect();
    auto third = connect();
    EXPECT_EQ(hear(third),
              control::error_line({Kind::Unavailable, "too many ask at once: try again"}));
    EXPECT_EQ(server_->peers(), 2u);
}

TEST_F(ServerTest, tells_events_until_somebody_goes) {
    auto one = connect();
    auto other = connect();
    say(one, control::to_line({Verb::Events, ""}));
    say(other, control::to_line({Verb::Status, ""}));
    EXPECT_EQ(hear(one), "{\"ok\":null}\n");
    EXPECT_EQ(hear(other), "{\"ok\":\"done\"}\n");
    Notice notice;
    notice.backend = "a";
    server_->tell(notice);
    notice.backend = "b";
    server_->tell(notice);
    const auto heard = hear(one, 2);
    EXPECT_NE(heard.find("\"backend\":\"b\""), std::string::npos) << heard;
    one.close();
    other.close();
    for (int i = 0; i < 500 && server_->peers(); ++i)
        io_.run_one_for(10ms);
    EXPECT_EQ(server_->peers(), 0u);
}

TEST_F(ServerTest, drops_who_does_not_listen_to_events) {
    open({.events = 100'000});
    auto socket = connect();
    say(socket, control::to_line({Verb::Events, ""}));
    EXPECT_EQ(hear(socket), "{\"ok\":null}\n");
    Notice notice;
    notice.reason = std::string(1000, 'x');
    for (int i = 0; i < 5000 && server_->peers(); ++i) {
        server_->tell(notice);
        io_.poll();
    }
    EXPECT_EQ(server_->peers(), 0u);
}

TEST_F(ServerTest, only_one_listens_and_its_file_is_not_for_all) {
    const auto second = ControlServer::open(
        io_.get_executor(), path_, [](const auto&) -> Result<Json> { return Json(); }, log_);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().text.find("another nfclusterd"), std::string::npos);
    struct stat file {};
    ASSERT_EQ(::stat(path_.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777u, 0660u);
    server_.reset();
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(ServerTest, takes_the_place_of_one_that_died) {
    server_.reset();
    { Local::acceptor dead(io_, Local::endpoint(path_.native())); }
    open({});
    EXPECT_EQ(talk("{\"do\":\"status\"}\n"), "{\"ok\":\"done\"}\n");
}

TEST(Rights, of_the_socket_s_group_are_to_read) {
    for (const auto verb :
         {Verb::Status, Verb::Events, Verb::Reload, Verb::Drain, Verb::Disable, Verb::Enable}) {
        const bool reads = verb == Verb::Status || verb == Verb::Events;
        EXPECT_TRUE(may(Rights::All, verb));
        EXPECT_EQ(may(Rights::Read, verb), reads);
        EXPECT_FALSE(may(Rights::None, verb));
    }
    EXPECT_EQ(rights_of(-1, 0), Rights::None);
}

} // namespace
} // namespace nfc
