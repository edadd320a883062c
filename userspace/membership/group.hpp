// SPDX-License-Identifier: GPL-2.0
// The daemons of one cluster, whoever brings them together.
#pragma once

#include "core/member.hpp"
#include "core/result.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace nfc {

// Tells its owner, on the loop's thread and never out of one of its own functions.
struct GroupEvents {
    // Who is there has changed, or is known for the first time.
    std::function<void(const View&)> view;
    // One of send(), ours too, from one that is in the view.
    std::function<void(MemberId, std::string_view)> message;
    // What is wrong with it, for a person; empty: nothing any more.
    std::function<void(const std::string&)> problem;
};

class Group {
public:
    virtual ~Group() = default;

    // To all that are in the view, ourselves too. What cannot be sent now is lost:
    // whoever says how things are says so again.
    virtual void send(const std::string& message) = 0;
    virtual MemberId self() const = 0; // 0: not known yet
};

} // namespace nfc
