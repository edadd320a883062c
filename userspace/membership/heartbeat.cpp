// SPDX-License-Identifier: GPL-2.0
#include "membership/heartbeat.hpp"

#include "membership/beat_socket.hpp"
#include "membership/peers.hpp"
#include "membership/signature.hpp"

#include <algorithm>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <fmt/format.h>
#include <optional>
#include <random>

namespace nfc {

namespace {

// So long what is wrong with a peer is shown: good and bad ones may come in turns.
constexpr std::chrono::seconds shown_for{5};

struct BeatPeer {
    Node node;
    std::string problem; // with what it sends
    Moment wrong_at{};
};

// Its numbers, the same on all nodes: the place among them by name.
std::map<MemberId, BeatPeer> numbered(std::vector<Node> nodes) {
    std::ranges::sort(nodes, {}, &Node::name);
    std::map<MemberId, BeatPeer> peers;
    for (auto& node : nodes)
        peers.emplace(static_cast<MemberId>(peers.size() + 1), BeatPeer{std::move(node), {}, {}});
    return peers;
}

Incarnation new_incarnation() {
    std::random_device random;
    Incarnation one = 0;
    while (!one)
        one = Incarnation{random()} << 32 | random();
    return one;
}

// While it lives the others hear of us. Its handlers hold it, for the owner may let it
// go at any time, in the middle of an event too.
class Beating : public std::enable_shared_from_this<Beating> {
public:
    Beating(const asio::any_io_executor& executor, HeartbeatSettings settings, AskPeer ask,
            GroupEvents events, std::map<MemberId, BeatPeer> peers, MemberId self,
            std::optional<BeatKey> key, std::shared_ptr<BeatSocket> socket);

    void start();
    void stop();
    void send(const std::string& message);
    MemberId self() const { return self_; }
    bool stopped() const { return stopped_; }

private:
    void step();
    void schedule();
    void ask_silent(Moment now);
    void hear(const Ip& from, const Result<SignedBeat>& read);
    std::string objection(MemberId from, const Result<SignedBeat>& read) const;
    void send_to(MemberId peer, const std::string& message, bool leaving = false);
    void send_all(const std::string& message, bool leaving = false);
    void tell_view();
    void tell_problem();
    void peer_problem(MemberId id, const std::string& text, Moment now);

    asio::any_io_executor executor_;
    HeartbeatSettings settings_;
    AskPeer ask_;
    GroupEvents events_;
    std::map<MemberId, BeatPeer> nodes_; // the others
    MemberId self_;
    std::optional<BeatKey> key_;
    std::shared_ptr<BeatSocket> socket_;
    asio::steady_timer timer_;
    Incarnation incarnation_ = new_incarnation();
    std::uint64_t sequence_ = 0;
    Moment next_beat_;
    Peers peers_;
    bool stopped_ = false;
    std::optional<View> told_;
    std::string socket_problem_;
    std::string told_problem_;
};

Peers::Settings settings_of(const std::map<MemberId, BeatPeer>& nodes, MemberId self,
                            Incarnation incarnation, const Heartbeat& heartbeat) {
    Peers::Settings all{self, incarnation, {}, heartbeat.interval, heartbeat.dead_after};
    for (const auto& [id, peer] : nodes)
        all.others.push_back(id);
    return all;
}

Beating::Beating(const asio::any_io_executor& executor, HeartbeatSettings settings, AskPeer ask,
                 GroupEvents events, std::map<MemberId, BeatPeer> peers, MemberId self,
                 std::optional<BeatKey> key, std::shared_ptr<BeatSocket> socket)
    : executor_(executor), settings_(std::move(settings)), ask_(std::move(ask)),
      events_(std::move(events)), nodes_(std::move(peers)), self_(self), key_(std::move(key)),
      socket_(std::move(socket)), timer_(executor), next_beat_(std::chrono::steady_clock::now()),
      peers_(settings_of(nodes_, self_, incarnation_, settings_.heartbeat), next_beat_) {}

void Beating::start() {
    const auto weak = weak_from_this();
    BeatSocket::Events events;
    events.heard = [weak](const Ip& from, const Result<SignedBeat>& read) {
        if (const auto self = weak.lock())
            self->hear(from, read);
    };
    events.problem = [weak](const std::string& text) {
        if (const auto self = weak.lock()) {
            self->socket_problem_ = text;
            self->tell_problem();
        }
    };
    socket_->add(settings_.cluster, std::move(events));
    if (!stopped_) // by whom the socket's problem was told
        step();
}

void Beating::stop() {
    send_all({}, true);
    stopped_ = true;
    timer_.cancel();
    socket_->remove(settings_.cluster);
    socket_.reset();
}

// What waits in the socket is heard before anybody is taken for silent: it may be we who
// had no processor for a while.
void Beating::step() {
    socket_->receive();
    if (stopped_)
        return;
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_beat_) {
        send_all({});
        next_beat_ = std::max(next_beat_ + settings_.heartbeat.interval, now);
    }
    ask_silent(now);
    tell_view();
    if (!stopped_)
        schedule();
}

void Beating::schedule() {
    timer_.expires_at(std::min(next_beat_, peers_.next()));
    timer_.async_wait([self = shared_from_this()](const asio::error_code& error) {
        if (!error && !self->stopped_)
            self->step();
    });
}

void Beating::ask_silent(Moment now) {
    for (const auto id : peers_.ask(now))
        ask_(nodes_.at(id).node, [weak = weak_from_this(), id](bool alive) {
            const auto self = weak.lock();
            if (!self || self->stopped_)
                return;
            self->peers_.answered(id, alive, std::chrono::steady_clock::now());
            self->tell_view();
            if (!self->stopped_)
                self->schedule();
        });
}

// Why it is not listened to; empty: it is.
std::string Beating::objection(MemberId from, const Result<SignedBeat>& read) const {
    const auto& node = nodes_.at(from).node;
    const auto name = fmt::format("{} ({})", node.name, to_string(node.address));
    if (!read)
        return fmt::format("{}: {}", name, read.error().text);
    if (key_ && !key_->fits(read->text, read->signature))
        return fmt::format("{}: its heartbeats are {}", name,
                           read->signature.empty() ? "not signed" : "signed with another key");
    if (read->beat.node != node.name)
        return fmt::format("{}: says that it is {}", name, read->beat.node);
    if (read->beat.id != from)
        return fmt::format("{}: knows other nodes of {}: there it is the {}., here the {}.", name,
                           to_string(settings_.cluster), read->beat.id, from);
    return {};
}

void Beating::hear(const Ip& from, const Result<SignedBeat>& read) {
    const auto found = std::ranges::find_if(
        nodes_, [&](const auto& one) { return one.second.node.address == from; });
    if (stopped_ || found == nodes_.end())
        return;
    const auto keep = shared_from_this();
    const auto id = found->first;
    const auto now = std::chrono::steady_clock::now();
    const auto objected = objection(id, read);
    peer_problem(id, objected, now);
    if (!objected.empty() || stopped_)
        return;

    const auto before = peers_.heard(id, now);
    const bool fresh = peers_.hear(id, read->beat, now);
    if (peers_.heard(id, now) != before) // so that it need not wait to know that we hear it
        send_to(id, {});
    tell_view();
    if (fresh && !stopped_ && !read->beat.message.empty() && events_.message)
        events_.message(id, read->beat.message);
    if (!stopped_)
        schedule();
}

void Beating::send_to(MemberId id, const std::string& message, bool leaving) {
    Beat beat;
    beat.cluster = settings_.cluster;
    beat.node = settings_.node;
    beat.id = self_;
    beat.incarnation = incarnation_;
    beat.sequence = ++sequence_;
    beat.heard = peers_.heard(id, std::chrono::steady_clock::now());
    beat.leaving = leaving;
    beat.message = message;
    auto bytes = write_beat(beat, key_.has_value());
    if (key_)
        bytes += key_->sign(bytes);
    asio::error_code error; // whoever cannot be reached is silent, which is seen
    socket_->send({nodes_.at(id).node.address, settings_.heartbeat.port}, bytes, error);
}

void Beating::send_all(const std::string& message, bool leaving) {
    for (const auto& [id, peer] : nodes_)
        send_to(id, message, leaving);
}

void Beating::send(const std::string& message) {
    send_all(message);
    asio::post(executor_, [self = shared_from_this(), message] {
        if (!self->stopped_ && self->events_.message)
            self->events_.message(self->self_, message);
    });
}

void Beating::tell_view() {
    auto view = peers_.view();
    if (stopped_ || told_ == view)
        return;
    told_ = std::move(view);
    if (events_.view)
        events_.view(View(*told_));
}

void Beating::peer_problem(MemberId id, const std::string& text, Moment now) {
    auto& peer = nodes_.at(id);
    if (!text.empty())
        peer.wrong_at = now;
    if (now - peer.wrong_at < shown_for && text.empty())
        return;
    peer.problem = text;
    tell_problem();
}

void Beating::tell_problem() {
    auto text = socket_problem_;
    for (const auto& [id, peer] : nodes_)
        if (!peer.problem.empty())
            text += (text.empty() ? "" : "; ") + peer.problem;
    if (stopped_ || text == told_problem_)
        return;
    told_problem_ = text;
    if (events_.problem)
        events_.problem(text);
}

class HeartbeatGroup : public Group {
public:
    explicit HeartbeatGroup(std::shared_ptr<Beating> beating) : beating_(std::move(beating)) {}
    HeartbeatGroup(const HeartbeatGroup&) = delete;
    HeartbeatGroup& operator=(const HeartbeatGroup&) = delete;
    ~HeartbeatGroup() override { beating_->stop(); }

    void send(const std::string& message) override { beating_->send(message); }
    MemberId self() const override { return beating_->self(); }

private:
    std::shared_ptr<Beating> beating_;
};

} // namespace

std::shared_ptr<BeatSocket> Heartbeats::socket_at(const Endpoint& own) {
    std::erase_if(sockets_, [](const auto& one) { return one.second.expired(); });
    auto socket = sockets_[own].lock();
    if (!socket) {
        socket = std::make_shared<BeatSocket>(executor_, own);
        sockets_[own] = socket;
        socket->open();
    }
    return socket;
}

Result<std::unique_ptr<Group>> Heartbeats::join(const HeartbeatSettings& settings, AskPeer ask,
                                                GroupEvents events) {
    auto peers = numbered(settings.nodes);
    const auto self = std::ranges::find_if(
        peers, [&](const auto& one) { return one.second.node.name == settings.node; });
    if (self == peers.end())
        return Error{Kind::BadInput,
                     fmt::format("{} is none of the nodes of {}",
                                 settings.node.empty() ? "this node" : settings.node,
                                 to_string(settings.cluster))};
    std::optional<BeatKey> key;
    if (!settings.heartbeat.key_file.empty()) {
        const auto read = BeatKey::read(settings.heartbeat.key_file);
        if (!read)
            return read.error();
        key = *read;
    }
    const auto id = self->first;
    auto socket = socket_at({self->second.node.address, settings.heartbeat.port});
    peers.erase(self);
    auto beating =
        std::make_shared<Beating>(executor_, settings, std::move(ask), std::move(events),
                                  std::move(peers), id, std::move(key), std::move(socket));
    // Nothing is told before whoever asked has it.
    asio::post(executor_, [weak = std::weak_ptr(beating)] {
        if (const auto begun = weak.lock(); begun && !begun->stopped())
            begun->start();
    });
    return std::unique_ptr<Group>(std::make_unique<HeartbeatGroup>(std::move(beating)));
}

} // namespace nfc
