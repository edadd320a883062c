// SPDX-License-Identifier: GPL-2.0
// What the tests of observers share: notices, a folder, a loop, a log.
#pragma once

#include "core/config.hpp"
#include "observe/log.hpp"

#include <asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <unistd.h>

namespace nfc {

inline Time at(std::int64_t ms) {
    return Time{std::chrono::milliseconds{1'763'730'000'000 + ms}};
}

inline Notice notice(EventKind kind, const std::string& backend = "mail1",
                     const std::string& pool = "mail") {
    Notice notice;
    notice.kind = kind;
    notice.at = at(0);
    notice.pool = pool;
    notice.backend = backend;
    notice.endpoint = {*read_ip("", "192.168.0.1"), 25};
    notice.standing = kind == EventKind::Rose ? Standing::Up : Standing::Down;
    notice.reason = kind == EventKind::Rose ? "220 ready" : "421 try later";
    notice.up = 1;
    notice.total = 2;
    return notice;
}

class ObserverTest : public testing::Test {
protected:
    ObserverTest() {
        std::string name =
            (std::filesystem::temp_directory_path() / "nfcluster-observe-XXXXXX").native();
        folder_ = ::mkdtemp(name.data());
    }
    ~ObserverTest() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    std::filesystem::path file(const std::string& name) const { return folder_ / name; }
    std::string content(const std::string& name) const {
        std::ifstream stream(file(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    // A program of the shell.
    std::string program(const std::string& name, const std::string& text) const {
        std::ofstream(file(name)) << "#!/bin/sh\n" << text;
        std::filesystem::permissions(file(name), std::filesystem::perms::owner_all);
        return file(name).native();
    }

    // Lets the loop run until it is so; at most half a minute.
    bool until(const std::function<bool()>& so) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        io_.restart();
        while (!so()) {
            if (std::chrono::steady_clock::now() > deadline)
                return false;
            io_.run_one_for(std::chrono::milliseconds(20));
        }
        return true;
    }

    asio::io_context io_{1};
    std::filesystem::path folder_;
    std::string logged_;
    Log log_{LogStyle{}, true, [this](std::string_view line) { logged_ += line; }};
};

} // namespace nfc
