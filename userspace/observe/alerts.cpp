// SPDX-License-Identifier: GPL-2.0
#include "observe/alerts.hpp"

#include "checks/child.hpp"
#include "observe/alert_text.hpp"
#include "observe/pace.hpp"

#include <algorithm>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <deque>
#include <fmt/format.h>
#include <list>
#include <utility>

namespace nfc {

namespace {

using namespace asio::experimental::awaitable_operators;

// Hears it out, so that it does not wait for us, until it has ended.
asio::awaitable<int> finish(Child& child, Rest rest) {
    const auto first = co_await (child.ended(rest) || child.listen());
    co_return first.index() == 0 ? std::get<0>(first) : co_await child.ended(rest);
}

} // namespace

// One way to tell: what waits, what runs, and how it went. It lives until its last
// program is gone.
class Alerts::Way : public std::enable_shared_from_this<Way> {
public:
    Way(asio::any_io_executor executor, Waiting waiting, Rest rest, Log& log)
        : executor_(std::move(executor)), log_(log), waiting_(std::move(waiting)), rest_(rest),
          timer_(executor_) {}
    virtual ~Way() = default;

    void set(const Config& config) {
        alert_ = config.alert;
        names_ = alert_names(config);
        const auto& pace = pace_of(alert_);
        waiting_.set(pace, alert_.queue);
        go_on();
    }

    void tell(const Notice& notice) {
        if (!wanted(alert_) || std::ranges::find(alert_.events, notice.kind) == alert_.events.end())
            return;
        waiting_.push(notice);
        go_on();
    }

    void close() {
        closed_ = true;
        timer_.cancel();
        for (auto& run : running_)
            run.emit(asio::cancellation_type::terminal);
    }

    bool idle() const { return waiting_.empty() && ready_.empty() && running_.empty(); }
    const AlertCount& count() const { return count_; }

protected:
    virtual bool wanted(const Alert& alert) const = 0;
    virtual unsigned most(const Alert& alert) const = 0;
    virtual const Pace& pace_of(const Alert& alert) const = 0;
    virtual std::vector<Call> calls(const Alert& alert, const AlertNames& names,
                                    const Batch& batch) const = 0;

private:
    // Starts what may be started now.
    void go_on() {
        while (!closed_ && running_.size() < most(alert_)) {
            if (ready_.empty() && !fetch())
                return;
            if (ready_.empty())
                continue;
            start(std::move(ready_.front()));
            ready_.pop_front();
        }
    }

    // Whether something was taken out of what waits.
    bool fetch() {
        const auto now = std::chrono::steady_clock::now();
        const auto batch = waiting_.take(now);
        if (!batch) {
            if (!waiting_.empty())
                wait_until(waiting_.ready(now));
            return false;
        }
        count_.lost += batch->lost;
        // A reload may have taken them their program.
        if (wanted(alert_))
            for (auto& call : calls(alert_, names_, *batch))
                ready_.push_back(std::move(call));
        return true;
    }

    void wait_until(Moment moment) {
        timer_.expires_at(moment);
        timer_.async_wait([weak = weak_from_this()](const asio::error_code& error) {
            const auto self = weak.lock();
            if (self && !error)
                self->go_on();
        });
    }

    void start(Call call) {
        const auto at = running_.emplace(running_.end());
        auto ended = [self = shared_from_this(), at](const std::exception_ptr&) {
            // Not here: the signal is still at work.
            asio::post(self->executor_, [self, at] {
                self->running_.erase(at);
                self->go_on();
            });
        };
        asio::co_spawn(executor_, run(shared_from_this(), std::move(call)),
                       asio::bind_cancellation_slot(at->slot(), std::move(ended)));
    }

    // It ends with an exception if it is cancelled, and the program with it.
    static asio::awaitable<void> run(std::shared_ptr<Way> self, Call call) {
        if (self->closed_)
            co_return;
        auto child = Child::start(self->executor_, call.command, call.environment, call.input);
        if (!child) {
            self->failed(child.error().text);
            co_return;
        }
        const auto timeout = self->alert_.timeout;
        asio::steady_timer timer(self->executor_, timeout);
        const auto first =
            co_await (finish(*child, self->rest_) || timer.async_wait(asio::use_awaitable));
        const auto& program = call.command.front();
        if (first.index() == 1) {
            self->failed(fmt::format("{}: still ran after {}ms; killed", program, timeout.count()));
        } else if (const int status = std::get<0>(first)) {
            self->failed(fmt::format("{}: {}", program, how_it_ended(status, child->said())));
        } else {
            ++self->count_.calls;
            self->count_.told += call.told;
        }
    }

    void failed(const std::string& why) {
        ++count_.failures;
        if (!closed_)
            log_.error("an alert was not told: " + why);
    }

    asio::any_io_executor executor_;
    Log& log_;
    Alert alert_;
    AlertNames names_;
    Waiting waiting_;
    Rest rest_;
    asio::steady_timer timer_;
    std::deque<Call> ready_; // of one batch
    std::list<asio::cancellation_signal> running_;
    AlertCount count_;
    bool closed_ = false;
};

class Alerts::Programs : public Way {
public:
    Programs(asio::any_io_executor executor, const Alert& alert, Log& log)
        : Way(std::move(executor), {Waiting::Manner::Single, alert.pace, alert.queue}, Rest::Killed,
              log) {}

protected:
    bool wanted(const Alert& alert) const override { return !alert.exec.empty(); }
    unsigned most(const Alert& alert) const override { return alert.parallel; }
    const Pace& pace_of(const Alert& alert) const override { return alert.pace; }
    std::vector<Call> calls(const Alert& alert, const AlertNames& names,
                            const Batch& batch) const override {
        return program_calls(alert, names, batch);
    }
};

class Alerts::Mails : public Way {
public:
    // Some sendmails deliver in the background.
    Mails(asio::any_io_executor executor, const Alert& alert, Log& log)
        : Way(std::move(executor), {Waiting::Manner::Together, alert.mail_pace, alert.queue},
              Rest::Left, log) {}

protected:
    bool wanted(const Alert& alert) const override { return !alert.mail.empty(); }
    unsigned most(const Alert&) const override { return 1; }
    const Pace& pace_of(const Alert& alert) const override { return alert.mail_pace; }
    std::vector<Call> calls(const Alert& alert, const AlertNames& names,
                            const Batch& batch) const override {
        return {mail_call(alert, names, batch, std::chrono::system_clock::now())};
    }
};

Alerts::Alerts(asio::any_io_executor executor, const Config& config, Log& log)
    : programs_(std::make_shared<Programs>(executor, config.alert, log)),
      mails_(std::make_shared<Mails>(executor, config.alert, log)) {
    set(config);
}

Alerts::~Alerts() {
    programs_->close();
    mails_->close();
}

void Alerts::set(const Config& config) {
    programs_->set(config);
    mails_->set(config);
}

void Alerts::tell(const Notice& notice) {
    programs_->tell(notice);
    mails_->tell(notice);
}

bool Alerts::idle() const {
    return programs_->idle() && mails_->idle();
}

AlertCount Alerts::programs() const {
    return programs_->count();
}

AlertCount Alerts::mails() const {
    return mails_->count();
}

} // namespace nfc
