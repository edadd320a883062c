// SPDX-License-Identifier: GPL-2.0
// From what happened to the programs that tell of it: their arguments, environment
// and input. What servers said is in all of them, made printable first.
#pragma once

#include "core/config.hpp"
#include "observe/pace.hpp"

#include <map>
#include <string>
#include <vector>

namespace nfc {

struct Call {
    std::vector<std::string> command;
    std::vector<std::string> environment;
    std::string input;
    std::size_t told = 0; // notices

    bool operator==(const Call&) const = default;
};

// What is said beside the notices.
struct AlertNames {
    std::string node;
    std::map<std::string, std::string> services; // what is checked in each pool, for mon

    bool operator==(const AlertNames&) const = default;
};

AlertNames alert_names(const Config& config);

// "mail/mail1 (192.168.0.1:25) is down: 421 try later (1 of 2 up)"
std::string summary(const Notice& notice);

// Several for mon's convention, whose programs take one pool and one direction.
std::vector<Call> program_calls(const Alert& alert, const AlertNames& names, const Batch& batch);
Call mail_call(const Alert& alert, const AlertNames& names, const Batch& batch, Time now);

} // namespace nfc
