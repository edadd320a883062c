// SPDX-License-Identifier: GPL-2.0
// A daemon that says what a test wants said.
#pragma once

#include "control/protocol.hpp"
#include "drivers/fd.hpp"

#include <cstring>
#include <gtest/gtest.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <vector>

namespace nfc {

class FakeDaemon {
public:
    // Each who comes is asked for one line, and gets the next of `answers`.
    FakeDaemon(const std::string& path, std::vector<std::string> answers)
        : answers_(std::move(answers)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
        EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)),
                  0);
        EXPECT_EQ(::listen(listener_.get(), 4), 0);
        thread_ = std::thread([this] { serve(); });
    }
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;
    ~FakeDaemon() { end(); }

    // What it was asked, once all its answers are given.
    const std::vector<std::string>& asked() {
        end();
        return asked_;
    }

private:
    void end() {
        ::shutdown(listener_.get(), SHUT_RDWR); // it may wait for one who never comes
        if (thread_.joinable())
            thread_.join();
    }

    void serve() {
        for (const auto& answer : answers_) {
            const Fd peer(::accept(listener_.get(), nullptr, nullptr));
            if (!peer)
                return;
            std::string line;
            for (char c = 0; ::read(peer.get(), &c, 1) == 1 && c != '\n';)
                line += c;
            asked_.push_back(line);
            EXPECT_EQ(::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL),
                      static_cast<ssize_t>(answer.size()));
        }
    }

    std::vector<std::string> answers_, asked_;
    Fd listener_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::thread thread_;
};

} // namespace nfc
