// SPDX-License-Identifier: GPL-2.0
#include "membership/peers.hpp"

#include <algorithm>

namespace nfc {

namespace {

// Lives of a peer whose heartbeats are known to be old.
constexpr std::size_t ended_most = 64;

} // namespace

Peers::Peers(Settings settings, Moment now) : settings_(std::move(settings)) {
    for (const auto id : settings_.others)
        peers_[id].heard = peers_[id].alive = now;
}

void Peers::end_life(Peer& peer) {
    if (!peer.incarnation)
        return;
    if (peer.ended.size() == ended_most)
        peer.ended.erase(peer.ended.begin());
    peer.ended.push_back(peer.incarnation);
    peer.incarnation = 0;
    peer.sequence = 0;
}

bool Peers::hear(MemberId from, const Beat& beat, Moment now) {
    const auto found = peers_.find(from);
    if (found == peers_.end())
        return false;
    auto& peer = found->second;
    if (std::ranges::count(peer.ended, beat.incarnation))
        return false;
    if (beat.heard != settings_.incarnation) {
        peer.stranger = beat.incarnation;
        peer.stranger_heard = now;
        return false;
    }
    if (beat.incarnation != peer.incarnation) {
        end_life(peer);
        peer.incarnation = beat.incarnation;
    }
    if (beat.sequence <= peer.sequence)
        return false;
    peer.sequence = beat.sequence;
    peer.stranger = 0;
    peer.heard = peer.alive = now;
    peer.place = beat.leaving ? Place::Machine : Place::Member;
    peer.waiting = false;
    if (beat.leaving)
        end_life(peer);
    return !beat.leaving;
}

// Whose daemon is not there is asked again and again, so that one lost answer does not
// make it dead.
Moment Peers::due(const Peer& peer) const {
    if (peer.waiting)
        return *peer.asked + settings_.dead_after;
    if (peer.place == Place::Member)
        return peer.heard + settings_.dead_after;
    return (peer.asked ? std::max(*peer.asked, peer.heard) : peer.heard) + settings_.interval;
}

std::vector<MemberId> Peers::ask(Moment now) {
    std::vector<MemberId> asked;
    for (auto& [id, peer] : peers_) {
        if (now < due(peer))
            continue;
        if (peer.waiting) // too long
            answered(id, false, now);
        peer.asked = now;
        peer.waiting = true;
        asked.push_back(id);
    }
    return asked;
}

void Peers::answered(MemberId id, bool alive, Moment now) {
    const auto found = peers_.find(id);
    if (found == peers_.end() || !found->second.waiting)
        return;
    auto& peer = found->second;
    peer.waiting = false;
    if (alive) {
        peer.alive = now;
        peer.place = Place::Machine;
    } else if (now - peer.alive >= settings_.dead_after) {
        peer.place = Place::Gone;
    }
}

Incarnation Peers::heard(MemberId id, Moment now) const {
    const auto& peer = peers_.at(id);
    if (peer.incarnation && now - peer.heard < settings_.dead_after)
        return peer.incarnation;
    return now - peer.stranger_heard < settings_.dead_after ? peer.stranger : 0;
}

View Peers::view() const {
    View view{true, {settings_.self}, {}};
    for (const auto& [id, peer] : peers_)
        if (peer.place == Place::Member)
            view.members.push_back(id);
        else if (peer.place == Place::Machine)
            view.machines.push_back(id);
    std::ranges::sort(view.members);
    return view;
}

Moment Peers::next() const {
    auto next = Moment::max();
    for (const auto& [id, peer] : peers_)
        next = std::min(next, due(peer));
    return next;
}

} // namespace nfc
