// SPDX-License-Identifier: GPL-2.0
// STATMARK's pools on this node: their files, and the words that these take.
#pragma once

#include "core/result.hpp"
#include "core/statmark.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace nfc::statmark {

Result<std::string> read_pool_name(std::string_view field, std::string_view text);
// What a pool's file says.
Result<Pool> read_pool(std::string_view field, std::string_view text);

// "drain 1", "weight", "2", "3", "+4": as words of the command line or of a line.
Result<Commands> read_commands(const std::vector<std::string>& words);
std::string to_string(const Command& command);
std::string to_string(const Gate& gate);
std::string_view to_string(Mode mode);
std::string_view to_string(State state);

// Makes of the pool what the kernel would, so far as the file shows it. It says
// what is wrong with the command where the kernel has no more than a number.
Result<Done> apply(const Command& command, Pool& pool);

class Pools {
public:
    explicit Pools(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // Whether the module is loaded here.
    bool present() const;
    // In the order of names.
    Result<std::vector<Pool>> list() const;
    Result<Pool> read(const std::string& name) const;
    // One write: all of them, or none.
    Result<Done> write(const std::string& name, const Commands& commands) const;
    // Takes pools away that no rule uses: all of them, or none.
    Result<Done> remove(const std::vector<std::string>& names) const;

private:
    Error explain(std::string_view what, int number) const;

    std::filesystem::path folder_;
};

} // namespace nfc::statmark
