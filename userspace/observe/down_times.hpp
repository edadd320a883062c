// SPDX-License-Identifier: GPL-2.0
// A file of all down times, a JSON object a line: {"from", "to", "seconds", "pool",
// "backend", "reason"}. When one begins, "to" and "seconds" are null; when it has
// ended, its line comes again with both. So those that were open when the daemon
// died are known to the next one. Whoever rotates the file need not tell us.
#pragma once

#include "checks/asio.hpp"
#include "core/config.hpp"
#include "core/snapshot.hpp"
#include "observe/log.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace nfc {

class DownTimes {
public:
    // Reads what is open in `file`, which need not be there. `log` has to outlive it.
    // `snapshot` is asked for backends that were down when the last daemon ended and
    // that this one found serving, so that nobody tells of their rise.
    DownTimes(asio::any_io_executor executor, std::filesystem::path file, Log& log,
              std::function<Snapshot()> snapshot = {});
    DownTimes(const DownTimes&) = delete;
    DownTimes& operator=(const DownTimes&) = delete;
    ~DownTimes();

    // After each load of a configuration: down times of backends that it does not
    // have, or has without a check, end at `now`.
    void set(const Config& config, Time now);
    void tell(const Notice& notice);
    // By SIGHUP. It also looks by itself before each line whether the file is still
    // the one of that name.
    void reopen();

    std::size_t open() const; // down times
    // Why lines wait in memory; empty: all are in the file.
    std::string problem() const;

private:
    class File;
    std::shared_ptr<File> file_;
};

} // namespace nfc
