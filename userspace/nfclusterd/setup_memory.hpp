// SPDX-License-Identifier: GPL-2.0
// What the daemon has set on this node for clusters, and nobody else: that is what it may
// take away. In a file, so that the next one knows.
#pragma once

#include "core/ip.hpp"
#include "core/ipvs.hpp"
#include "core/realserver.hpp"
#include "core/result.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace nfc {

// Of one cluster. Each is noted before it is done: what was noted and is not there was
// never made, or is gone.
struct Made {
    std::vector<std::string> rule; // words behind "-A" and its chain; empty: not ours
    std::optional<own::Address> address;

    bool operator==(const Made&) const = default;
};

struct SetupMemory {
    std::map<std::string, Made> clusters; // by address
    std::set<ipvs::SyncRole> sync;        // threads of IPVS that we have started

    bool operator==(const SetupMemory&) const = default;
};

std::string to_text(const SetupMemory& memory);
Result<SetupMemory> read_setup_memory(std::string_view text);

class SetupMemoryFile {
public:
    explicit SetupMemoryFile(std::filesystem::path file) : file_(std::move(file)) {}

    Result<SetupMemory> read() const;
    // Whole, or as it was.
    Result<Done> write(const SetupMemory& memory) const;

private:
    std::filesystem::path file_;
};

} // namespace nfc
