// SPDX-License-Identifier: GPL-2.0
#include "observe/down_times.hpp"

#include "drivers/fd.hpp"
#include "observe/times.hpp"

#include <algorithm>
#include <asio/steady_timer.hpp>
#include <cerrno>
#include <deque>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sys/stat.h>
#include <utility>

namespace nfc {

namespace {

using Json = nlohmann::ordered_json;
using namespace std::chrono_literals;

// Lines that wait for room on the disk.
constexpr std::size_t lines_most = 10'000;
constexpr auto writes_again = 5s;
constexpr std::size_t reason_most = 500;

struct Backend {
    std::string pool;
    std::string name;

    auto operator<=>(const Backend&) const = default;
};

struct Down {
    Time from{};
    std::string reason;
    bool inherited = false; // an earlier daemon saw it begin
};

using Downs = std::map<Backend, Down>;

struct Ending {
    Time to{};
    double seconds = 0;
    bool removed = false; // from the configuration
};

std::string line_of(const Backend& backend, const Down& down, const std::optional<Ending>& end) {
    Json json;
    json["from"] = utc(down.from);
    json["to"] = end ? Json(utc(end->to)) : Json();
    json["seconds"] = end ? Json(end->seconds) : Json();
    json["pool"] = backend.pool;
    json["backend"] = backend.name;
    json["reason"] = down.reason.substr(0, reason_most);
    if (end && end->removed)
        json["removed"] = true;
    return json.dump(-1, ' ', true, Json::error_handler_t::replace) + '\n';
}

double seconds_between(Time from, Time to) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
    return static_cast<double>(std::max<std::int64_t>(ms, 0)) / 1000; // the clock may be set back
}

std::string text_of(const Json& json, const char* name) {
    const auto at = json.find(name);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
}

// What no daemon of ours wrote is passed over.
void take_line(const std::string& line, Downs& downs) {
    const auto json = Json::parse(line, nullptr, false);
    if (!json.is_object())
        return;
    const auto from = read_utc(text_of(json, "from"));
    const Backend backend{text_of(json, "pool"), text_of(json, "backend")};
    const auto to = json.find("to");
    if (!from || backend.pool.empty() || backend.name.empty() || to == json.end())
        return;
    if (to->is_null())
        downs.insert_or_assign(backend, Down{*from, text_of(json, "reason"), true});
    else
        downs.erase(backend);
}

bool same_file(const Fd& fd, const std::filesystem::path& path) {
    struct stat named {};
    struct stat held {};
    return ::stat(path.c_str(), &named) == 0 && ::fstat(fd.get(), &held) == 0 &&
           named.st_ino == held.st_ino && named.st_dev == held.st_dev;
}

} // namespace

class DownTimes::File : public std::enable_shared_from_this<File> {
public:
    File(const asio::any_io_executor& executor, std::filesystem::path path, Log& log,
         std::function<Snapshot()> snapshot)
        : path_(std::move(path)), log_(log), snapshot_(std::move(snapshot)), retry_(executor),
          look_(executor) {}

    void load() {
        std::ifstream file(path_);
        std::string line;
        while (std::getline(file, line)) {
            take_line(line, downs_);
            // A line that a crash or a full disk cut short.
            torn_ = file.eof();
        }
        if (!downs_.empty())
            look_later();
    }

    void close() {
        closed_ = true;
        retry_.cancel();
        look_.cancel();
    }

    void set(const Config& config, Time now) {
        std::map<Backend, bool> checked;
        for (const auto& pool : config.pools)
            for (const auto& backend : pool.backends)
                checked[{pool.name, backend.name}] = pool.check.has_value();
        for (auto at = downs_.begin(); at != downs_.end();) {
            const auto known = checked.find(at->first);
            const auto next = std::next(at);
            if (known == checked.end() || !known->second)
                end(at, {now, seconds_between(at->second.from, now), true});
            at = next;
        }
        flush();
    }

    void tell(const Notice& notice) {
        const Backend backend{notice.pool, notice.backend};
        const auto at = downs_.find(backend);
        if (notice.kind == EventKind::Fell && at == downs_.end()) {
            const auto& [who, down] =
                *downs_.emplace(backend, Down{notice.at, notice.reason, false}).first;
            put(line_of(who, down, std::nullopt));
        } else if (notice.kind == EventKind::Rose && at != downs_.end()) {
            // The wall's clock may have been set meanwhile.
            const auto measured = static_cast<double>(notice.lasted.count()) / 1000;
            end(at, {notice.at, at->second.inherited ? seconds_between(at->second.from, notice.at)
                                                     : measured});
        } else {
            return;
        }
        flush();
    }

    void reopen() {
        file_ = Fd(-1);
        flush();
    }

    std::size_t open() const { return downs_.size(); }
    const std::string& problem() const { return problem_; }

private:
    void end(Downs::iterator at, const Ending& ending) {
        put(line_of(at->first, at->second, ending));
        downs_.erase(at);
    }

    void put(std::string line) {
        if (lines_.size() == lines_most) {
            lines_.pop_front();
            done_ = 0;
            ++lost_;
        }
        lines_.push_back(std::move(line));
    }

    void flush() {
        const bool good = have_file() && write_lines();
        const int number = errno;
        if (good && !problem_.empty())
            recovered();
        else if (!good)
            failed(errno_text(number));
    }

    bool have_file() {
        if (file_ && same_file(file_, path_))
            return true;
        std::error_code ignored;
        std::filesystem::create_directories(path_.parent_path(), ignored);
        // Whatever waits there, we do not.
        Fd fresh(
            ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640));
        if (!fresh)
            return false;
        file_ = std::move(fresh);
        begin_file();
        return true;
    }

    // A new one has to tell what is open by itself: the old one may go.
    void begin_file() {
        const bool torn = std::exchange(torn_, false) || std::exchange(done_, 0);
        struct stat is {};
        const bool empty = ::fstat(file_.get(), &is) == 0 && is.st_size == 0;
        std::string head = torn && !empty ? "\n" : "";
        const std::set<std::string_view> waiting(lines_.begin(), lines_.end());
        for (const auto& [backend, down] : downs_)
            if (const auto line = line_of(backend, down, std::nullopt);
                empty && !waiting.contains(line))
                head += line;
        if (!head.empty())
            lines_.push_front(std::move(head));
    }

    bool write_lines() {
        while (!lines_.empty()) {
            const auto& line = lines_.front();
            const auto wrote = ::write(file_.get(), line.data() + done_, line.size() - done_);
            if (wrote < 0)
                return false;
            done_ += static_cast<std::size_t>(wrote);
            if (done_ < line.size())
                continue; // what is left finds no room, and the next try says why
            done_ = 0;
            lines_.pop_front();
        }
        return true;
    }

    void failed(const std::string& why) {
        if (problem_.empty())
            log_.error(fmt::format("{}: {}; down times wait in memory", path_.native(), why));
        problem_ = fmt::format("{}: {}", path_.native(), why);
        later(retry_, &File::flush);
    }

    void recovered() {
        problem_.clear();
        log_.info(fmt::format("{}: down times are written again{}", path_.native(),
                              lost_ ? fmt::format(", {} lines are lost", lost_) : ""));
        lost_ = 0;
    }

    void look_later() {
        if (snapshot_)
            later(look_, &File::look);
    }

    void later(asio::steady_timer& timer, void (File::*then)()) {
        timer.expires_after(writes_again);
        timer.async_wait([weak = weak_from_this(), then](const asio::error_code& error) {
            const auto self = weak.lock();
            if (self && !error && !self->closed_)
                (self.get()->*then)();
        });
    }

    // Who was down and serves by now without having risen before our eyes.
    void look() {
        const auto now = std::chrono::system_clock::now();
        for (const auto& pool : snapshot_().pools)
            for (const auto& backend : pool.backends) {
                const auto at = downs_.find({pool.name, backend.name});
                if (at == downs_.end() || !at->second.inherited ||
                    backend.standing != Standing::Up || !backend.checks)
                    continue;
                const auto to = backend.since > at->second.from ? backend.since : now;
                end(at, {to, seconds_between(at->second.from, to)});
            }
        flush();
        if (std::ranges::any_of(downs_, [](const auto& down) { return down.second.inherited; }))
            look_later();
    }

    std::filesystem::path path_;
    Log& log_;
    std::function<Snapshot()> snapshot_;
    asio::steady_timer retry_;
    asio::steady_timer look_;
    Fd file_{-1};
    Downs downs_;
    std::deque<std::string> lines_; // not yet in the file
    std::size_t done_ = 0;          // bytes of the first that are
    std::uint64_t lost_ = 0;
    std::string problem_;
    bool torn_ = false; // the file ends within a line
    bool closed_ = false;
};

DownTimes::DownTimes(asio::any_io_executor executor, std::filesystem::path file, Log& log,
                     std::function<Snapshot()> snapshot)
    : file_(std::make_shared<File>(executor, std::move(file), log, std::move(snapshot))) {
    file_->load();
}

DownTimes::~DownTimes() {
    file_->close();
}

void DownTimes::set(const Config& config, Time now) {
    file_->set(config, now);
}

void DownTimes::tell(const Notice& notice) {
    file_->tell(notice);
}

void DownTimes::reopen() {
    file_->reopen();
}

std::size_t DownTimes::open() const {
    return file_->open();
}

std::string DownTimes::problem() const {
    return file_->problem();
}

} // namespace nfc
