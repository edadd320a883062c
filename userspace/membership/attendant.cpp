// SPDX-License-Identifier: GPL-2.0
#include "membership/attendant.hpp"

#include <asio/posix/stream_descriptor.hpp>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <sys/eventfd.h>
#include <thread>

namespace nfc {

namespace {

using namespace std::chrono_literals;

constexpr auto first_pause = 500ms; // until there has been an answer
constexpr auto wait_for_end = 200ms;

// While it lives a thread that is begun has no signals: they are the loop's.
class NoSignals {
public:
    NoSignals() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    NoSignals(const NoSignals&) = delete;
    NoSignals& operator=(const NoSignals&) = delete;
    ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

} // namespace

// What thread and owner share, and the thread keeps to its end. The loop knows of one
// thread only: the other one wakes it by a descriptor.
class Attendant::Thread : public std::enable_shared_from_this<Thread> {
public:
    Thread(const asio::any_io_executor& executor, Work work, Opened opened)
        : work_(std::move(work)), opened_(std::move(opened)),
          result_(std::in_place, executor, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

    void start() {
        result_->async_wait(asio::posix::stream_descriptor::wait_read,
                            [self = shared_from_this()](const asio::error_code& error) {
                                // The owner may stop us while it is told.
                                if (const auto told = self->opened_; !error && told)
                                    told(*self->open_);
                            });
        const NoSignals none;
        std::thread([self = shared_from_this()] { self->run(); }).detach();
    }

    void stop() {
        const std::lock_guard lock(mutex_);
        result_.reset(); // its loop may end before the thread
        opened_ = nullptr;
        changed_.notify_all();
    }

    void wait_for_end() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, nfc::wait_for_end, [this] { return ended_; });
    }

    bool ended() const {
        const std::lock_guard lock(mutex_);
        return ended_;
    }

    std::uint64_t answers() const {
        const std::lock_guard lock(mutex_);
        return answers_;
    }

private:
    void run() {
        const auto opened = work_.open();
        tell(opened);
        for (auto next = 0ms; opened && !stopped_within(next);)
            next = ask();
        work_.close();
        work_ = {};
        const std::lock_guard lock(mutex_);
        ended_ = true;
        changed_.notify_all();
    }

    std::chrono::milliseconds ask() {
        if (const auto next = work_.ask()) {
            pause_ = *next;
            const std::lock_guard lock(mutex_);
            ++answers_;
        }
        return pause_;
    }

    bool stopped_within(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, time, [this] { return !result_; });
    }

    void tell(const Result<Done>& opened) {
        const std::lock_guard lock(mutex_);
        if (!result_)
            return;
        open_ = opened;
        eventfd_write(result_->native_handle(), 1);
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Work work_;
    std::chrono::milliseconds pause_ = first_pause;        // the thread's
    Opened opened_;                                        // the loop's
    std::optional<asio::posix::stream_descriptor> result_; // is there; none: stopped
    std::optional<Result<Done>> open_;
    bool ended_ = false;
    std::uint64_t answers_ = 0;
};

Attendant::Attendant(const asio::any_io_executor& executor, Work work, Opened opened)
    : thread_(std::make_shared<Thread>(executor, std::move(work), std::move(opened))) {
    thread_->start();
}

Attendant::~Attendant() {
    stop();
    thread_->wait_for_end();
}

void Attendant::stop() {
    thread_->stop();
}
bool Attendant::ended() const {
    return thread_->ended();
}
std::uint64_t Attendant::answers() const {
    return thread_->answers();
}

} // namespace nfc
