// SPDX-License-Identifier: GPL-2.0
// Who is there, from heartbeats that come or do not, and from what peers answer when
// they are asked. Pure: whoever has the socket and the clock tells it.
//
// A heartbeat says whom its sender hears where it goes. One that names our incarnation
// was made in our life and comes from a peer that hears us: only that counts. So what was
// recorded earlier proves nothing, and if a link carries one way only, both ends see that
// it is broken.
#pragma once

#include "core/check.hpp"
#include "core/health.hpp"
#include "core/member.hpp"
#include "membership/beat.hpp"

#include <map>
#include <optional>
#include <vector>

namespace nfc {

class Peers {
public:
    struct Settings {
        MemberId self = 0;
        Incarnation incarnation = 0;
        std::vector<MemberId> others;
        Duration interval{0};   // of heartbeats, and of questions
        Duration dead_after{0}; // of silence
    };

    Peers(Settings settings, Moment now);

    // Whether its message is to be read; if not, it is old or proves nothing yet.
    bool hear(MemberId from, const Beat& beat, Moment now);
    // Those to be asked now whether they live. Each of them answers, or counts as dead
    // when it has been silent for too long once more.
    std::vector<MemberId> ask(Moment now);
    void answered(MemberId peer, bool alive, Moment now);

    // What to tell it in the next heartbeat.
    Incarnation heard(MemberId peer, Moment now) const;
    View view() const;
    // When ask() has to be called again, if nothing comes before.
    Moment next() const;

private:
    enum class Place : std::uint8_t {
        Member,  // its daemon hears us and we hear it
        Machine, // it lives, or nobody has found out yet that it does not
        Gone,
    };

    struct Peer {
        Place place = Place::Machine;
        Incarnation incarnation = 0; // proven; 0: none
        std::uint64_t sequence = 0;
        Incarnation stranger = 0; // not proven yet
        Moment stranger_heard{};
        std::vector<Incarnation> ended;
        Moment heard{}; // its last heartbeat that counts
        Moment alive{}; // that, or its last good answer
        std::optional<Moment> asked;
        bool waiting = false; // for the answer
    };

    Moment due(const Peer& peer) const;
    static void end_life(Peer& peer);

    Settings settings_;
    std::map<MemberId, Peer> peers_;
};

} // namespace nfc
