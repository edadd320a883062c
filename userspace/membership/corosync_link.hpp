// SPDX-License-Identifier: GPL-2.0
// One connection to Corosync, until it breaks: its C interface as values and errors.
#pragma once

#include "core/result.hpp"
#include "membership/corosync_view.hpp"

#include <corosync/cpg.h>
#include <corosync/quorum.h>
#include <deque>
#include <string>
#include <string_view>
#include <variant>

namespace nfc {

class CorosyncLink {
public:
    struct Heard {
        MemberId from = 0;
        std::string message;
    };
    // Who is in the group has changed: view() says so as soon as all agree.
    struct Regrouped {};
    // In the one order in which all members have them.
    using Event = std::variant<Heard, Regrouped>;

    CorosyncLink() = default;
    CorosyncLink(const CorosyncLink&) = delete;
    CorosyncLink& operator=(const CorosyncLink&) = delete;
    ~CorosyncLink() { close(); }

    // Connects, and joins the group. Once. This and close() wait for Corosync, which may
    // hang.
    Result<Done> open(std::string_view group);
    void close();
    MemberId self() const { return self_; }
    int group_fd() const { return group_fd_; }
    int quorum_fd() const { return quorum_fd_; }

    // Takes what is there, without waiting, into view() and events().
    Result<Done> read_group();
    Result<Done> read_quorum();
    CorosyncView& view() { return view_; }
    std::deque<Event>& events() { return events_; }

    // False: not now.
    Result<bool> send(std::string_view message);

private:
    Result<Done> open_group(std::string_view group);
    Result<Done> open_quorum();

    static CorosyncLink& of(cpg_handle_t handle);
    static CorosyncLink& of_quorum(quorum_handle_t handle);
    static void on_message(cpg_handle_t handle, const cpg_name* group, std::uint32_t node,
                           std::uint32_t process, void* message, std::size_t length);
    static void on_group(cpg_handle_t handle, const cpg_name* group, const cpg_address* members,
                         std::size_t member_count, const cpg_address* left, std::size_t left_count,
                         const cpg_address* joined, std::size_t joined_count);
    static void on_machines(cpg_handle_t handle, cpg_ring_id ring, std::uint32_t count,
                            const std::uint32_t* machines);
    static void on_quorum(quorum_handle_t handle, std::uint32_t quorate, quorum_ring_id ring,
                          std::uint32_t count, const std::uint32_t* machines);

    bool has_group_ = false;
    bool has_quorum_ = false;
    cpg_handle_t group_ = 0;
    quorum_handle_t quorum_ = 0;
    int group_fd_ = -1;
    int quorum_fd_ = -1;
    MemberId self_ = 0;
    CorosyncView view_;
    std::deque<Event> events_;
};

} // namespace nfc
