// SPDX-License-Identifier: GPL-2.0
// The switches of this node: what rules with -m condition ask.
#pragma once

#include "core/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace nfc {

struct Switch {
    std::string name;
    bool up = false;

    auto operator<=>(const Switch&) const = default;
};

Result<std::string> read_switch_name(std::string_view field, std::string_view text);
// What .set says, in the order of names.
Result<std::vector<Switch>> read_switches(std::string_view field, std::string_view text);

// What one write does: all of it, or nothing.
struct SwitchChange {
    std::vector<Switch> set; // made, if they are not there
    std::vector<std::string> remove;
};

std::string to_string(const SwitchChange& change);

class Conditions {
public:
    explicit Conditions(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // Whether the module is loaded here.
    bool present() const;
    Result<std::vector<Switch>> read() const;
    Result<Done> write(const SwitchChange& change) const;

private:
    Error explain(int number) const;

    std::filesystem::path folder_;
};

// What the kernel means by refusing `change`.
Error explain_refusal(const SwitchChange& change, int number);

} // namespace nfc
