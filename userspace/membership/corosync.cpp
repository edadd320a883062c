// SPDX-License-Identifier: GPL-2.0
#include "membership/corosync.hpp"

#include "membership/attendant.hpp"
#include "membership/corosync_link.hpp"
#include "membership/corosync_pulse.hpp"

#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <optional>

namespace nfc {

namespace {

using namespace std::chrono_literals;

constexpr auto reconnect_after = 500ms;
constexpr auto send_again_after = 10ms; // while Corosync forms a new ring it takes nothing
constexpr std::size_t unsent_most = 64;
// What we say comes back to us, or something is wrong that CorosyncPulse does not see.
// Longer than it takes to form a ring with Corosync's slowest usual settings.
constexpr auto echo_within = 10s;
constexpr auto connected_within = 5s; // who waits longer is told
const std::string hangs = "Corosync: it does not answer";

// What the attendant opens: the link is the loop's from then on, until it is closed.
struct Connection {
    CorosyncLink link;
    CorosyncPulse pulse;
};

// A descriptor that belongs to Corosync's library.
class Lent {
public:
    Lent(const asio::any_io_executor& executor, int fd) : descriptor_(executor, fd) {}
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    ~Lent() { descriptor_.release(); }

    template <typename Handler>
    void wait(Handler handler) {
        descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, std::move(handler));
    }

private:
    asio::posix::stream_descriptor descriptor_;
};

// While it lives it keeps the link up. Its handlers hold it, for the owner may let it go
// at any time, in the middle of an event too.
class Member : public std::enable_shared_from_this<Member> {
public:
    Member(asio::any_io_executor executor, std::string name, GroupEvents events)
        : executor_(std::move(executor)), name_(std::move(name)), events_(std::move(events)),
          connect_(executor_), send_(executor_), echo_(executor_), pulse_(executor_) {}

    void start() { connect_in(0ms); }
    void stop();
    void send(const std::string& message);
    MemberId self() const { return link() ? link()->self() : 0; }

private:
    CorosyncLink* link() const { return connection_ ? &connection_->link : nullptr; }
    void connect_in(std::chrono::milliseconds delay);
    void connect();
    void expect_connection();
    void connected(const std::shared_ptr<Connection>& connection, const Result<Done>& opened);
    void disconnect();
    void feel_pulse();
    void watch(std::optional<Lent>& lent, Result<Done> (CorosyncLink::*read)());
    void tell();
    void tell_heard(const CorosyncLink::Heard& heard);
    void tell_view(const View& view);
    void tell_problem(const std::string& text);
    void send_unsent();
    void expect_echo();
    void lose(const std::string& why);

    asio::any_io_executor executor_;
    std::string name_;
    GroupEvents events_;
    asio::steady_timer connect_;
    asio::steady_timer send_;
    asio::steady_timer echo_;
    asio::steady_timer pulse_;
    int missed_ = 0; // times that we looked for an answer of Corosync's in vain
    std::uint64_t answers_ = 0;
    bool stopped_ = false;
    bool sending_later_ = false;
    bool echo_expected_ = false;
    std::optional<View> told_;
    std::string problem_;
    std::deque<std::string> unsent_;
    std::unique_ptr<Attendant> attendant_;
    std::shared_ptr<Connection> connection_;
    std::optional<Lent> group_; // given back before it is closed
    std::optional<Lent> quorum_;
};

void Member::stop() {
    stopped_ = true;
    connect_.cancel();
    disconnect();
    attendant_.reset();
}

// Closing may take as long as connecting.
void Member::disconnect() {
    group_.reset();
    quorum_.reset();
    connection_.reset();
    send_.cancel();
    echo_.cancel();
    pulse_.cancel();
    if (attendant_)
        attendant_->stop();
}

void Member::connect_in(std::chrono::milliseconds delay) {
    connect_.expires_after(delay);
    connect_.async_wait([self = shared_from_this()](const asio::error_code& error) {
        if (!error && !self->stopped_)
            self->connect();
    });
}

void Member::connect() {
    if (attendant_ && !attendant_->ended())
        return connect_in(reconnect_after); // it hangs still
    auto connection = std::make_shared<Connection>();
    Attendant::Work work;
    work.open = [connection, name = name_] { return connection->link.open(name); };
    work.ask = [connection] { return connection->pulse.ask(); };
    work.close = [connection] {
        connection->pulse.close();
        connection->link.close();
    };
    attendant_ = std::make_unique<Attendant>(
        executor_, std::move(work),
        [self = shared_from_this(), connection](const Result<Done>& opened) {
            self->connected(connection, opened);
        });
    expect_connection();
}

// Without one we know nothing of the others.
void Member::expect_connection() {
    connect_.expires_after(connected_within);
    connect_.async_wait([self = shared_from_this()](const asio::error_code& error) {
        if (error || self->stopped_ || self->connection_)
            return;
        self->tell_problem(hangs);
        self->tell_view({});
    });
}

void Member::connected(const std::shared_ptr<Connection>& connection, const Result<Done>& opened) {
    connect_.cancel();
    if (!opened)
        return lose(opened.error().text);
    connection_ = connection;
    group_.emplace(executor_, link()->group_fd());
    quorum_.emplace(executor_, link()->quorum_fd());
    watch(group_, &CorosyncLink::read_group);
    watch(quorum_, &CorosyncLink::read_quorum);
    missed_ = 0;
    answers_ = 0;
    feel_pulse();
}

// Looks as often as Corosync is asked. When this machine stands still so do we, and miss
// one answer.
void Member::feel_pulse() {
    const auto patience = connection_->pulse.patience();
    pulse_.expires_after(patience == 0ms ? reconnect_after : patience / missed_questions);
    pulse_.async_wait([self = shared_from_this()](const asio::error_code& error) {
        if (error || self->stopped_ || !self->connection_)
            return;
        const auto before = std::exchange(self->answers_, self->attendant_->answers());
        const bool known = self->connection_->pulse.patience() != 0ms;
        self->missed_ = known && before == self->answers_ ? self->missed_ + 1 : 0;
        if (self->missed_ == missed_questions)
            return self->lose(hangs);
        self->feel_pulse();
    });
}

void Member::watch(std::optional<Lent>& lent, Result<Done> (CorosyncLink::*read)()) {
    lent->wait([self = shared_from_this(), &lent, read](const asio::error_code& error) {
        if (error || self->stopped_ || !self->connection_)
            return;
        if (const auto done = (self->link()->*read)(); !done)
            return self->lose(done.error().text);
        self->watch(lent, read);
        self->tell();
    });
}

// Messages and views in the order in which all have them; only that the quorum is lost
// waits for nothing.
void Member::tell() {
    const auto tell_taken = [this] {
        if (const auto view = link()->view().take()) {
            tell_problem("");
            tell_view(*view);
        }
    };
    while (link() && !link()->events().empty()) {
        const bool regrouped =
            std::holds_alternative<CorosyncLink::Regrouped>(link()->events().front());
        if (regrouped && !link()->view().agreed())
            break;
        const auto event = std::move(link()->events().front());
        link()->events().pop_front();
        if (regrouped)
            tell_taken();
        else
            tell_heard(std::get<CorosyncLink::Heard>(event));
    }
    if (link())
        tell_taken();
}

void Member::tell_heard(const CorosyncLink::Heard& heard) {
    if (heard.from == link()->self()) {
        echo_.cancel();
        echo_expected_ = false;
    }
    if (events_.message)
        events_.message(heard.from, heard.message);
}

void Member::tell_view(const View& view) {
    if (stopped_ || told_ == view)
        return;
    told_ = view;
    if (events_.view)
        events_.view(view);
}

void Member::tell_problem(const std::string& text) {
    if (stopped_ || problem_ == text)
        return;
    problem_ = text;
    if (events_.problem)
        events_.problem(text);
}

// Before the first view there is nobody who could want it.
void Member::send(const std::string& message) {
    if (!link() || !told_ || told_->members.empty())
        return;
    if (unsent_.size() == unsent_most)
        unsent_.pop_front();
    unsent_.push_back(message);
    if (!sending_later_)
        send_unsent();
}

void Member::send_unsent() {
    std::string broken;
    while (!unsent_.empty()) {
        const auto sent = link()->send(unsent_.front());
        if (!sent)
            broken = sent.error().text;
        if (!sent || !*sent)
            break;
        unsent_.pop_front();
        expect_echo();
    }
    if (unsent_.empty())
        return;
    sending_later_ = true;
    send_.expires_after(broken.empty() ? send_again_after : 0ms);
    send_.async_wait([self = shared_from_this(), broken](const asio::error_code& error) {
        self->sending_later_ = false;
        if (error || self->stopped_ || !self->connection_)
            return;
        if (!broken.empty())
            return self->lose(broken);
        self->send_unsent();
    });
}

void Member::expect_echo() {
    if (std::exchange(echo_expected_, true))
        return;
    echo_.expires_after(echo_within);
    echo_.async_wait([self = shared_from_this()](const asio::error_code& error) {
        const bool late = self->echo_.expiry() <= asio::steady_timer::clock_type::now();
        if (!error && late && self->echo_expected_ && self->connection_)
            self->lose("Corosync: it does not pass on what we say");
    });
}

// Whoever does not hear the others must not count on them.
void Member::lose(const std::string& why) {
    disconnect();
    unsent_.clear();
    echo_expected_ = false;
    connect_in(reconnect_after);
    tell_problem(why);
    tell_view({});
}

class Corosync : public Group {
public:
    explicit Corosync(std::shared_ptr<Member> member) : member_(std::move(member)) {
        member_->start();
    }
    Corosync(const Corosync&) = delete;
    Corosync& operator=(const Corosync&) = delete;
    ~Corosync() override { member_->stop(); }

    void send(const std::string& message) override { member_->send(message); }
    MemberId self() const override { return member_->self(); }

private:
    std::shared_ptr<Member> member_;
};

} // namespace

std::unique_ptr<Group> join_corosync(asio::any_io_executor executor, std::string name,
                                     GroupEvents events) {
    return std::make_unique<Corosync>(
        std::make_shared<Member>(std::move(executor), std::move(name), std::move(events)));
}

} // namespace nfc
