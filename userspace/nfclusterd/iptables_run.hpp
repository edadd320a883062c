// SPDX-License-Identifier: GPL-2.0
// iptables or ip6tables, run beside the loop.
#pragma once

#include "checks/asio.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace nfc {

class Iptables {
public:
    // `programs`: the folder that they are in.
    Iptables(asio::any_io_executor executor, std::filesystem::path programs)
        : executor_(executor), programs_(std::move(programs)) {}

    // They have to be awaited where `rule` lives. A rule, from its target on, in PREROUTING of raw:
    // appended; there or not; removed.
    asio::awaitable<Result<Done>> append(Family family, const std::vector<std::string>& rule);
    asio::awaitable<Result<bool>> has(Family family, const std::vector<std::string>& rule);
    asio::awaitable<Result<Done>> remove(Family family, const std::vector<std::string>& rule);

private:
    struct End {
        int status; // as waitpid() gives it
        Error error;
    };
    asio::awaitable<End> run(Family family, const char* command,
                             const std::vector<std::string>& rule);
    asio::awaitable<Result<Done>> done(Family family, const char* command,
                                       const std::vector<std::string>& rule);

    asio::any_io_executor executor_;
    std::filesystem::path programs_;
};

} // namespace nfc
