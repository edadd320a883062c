// SPDX-License-Identifier: GPL-2.0
#include "membership/corosync_link.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <span>
#include <sys/uio.h>

namespace nfc {

namespace {

Result<Done> judged(cs_error_t error, std::string_view what) {
    if (error == CS_OK)
        return Done{};
    const std::string_view why = error == CS_ERR_TRY_AGAIN ? "it is not ready"
                                 : error == CS_ERR_LIBRARY ? "it does not run, or is gone"
                                                           : cs_strerror(error);
    return Error{Kind::Unavailable, fmt::format("Corosync: {}: {}", what, why)};
}

} // namespace

void CorosyncLink::close() {
    if (std::exchange(has_group_, false))
        cpg_finalize(group_);
    if (std::exchange(has_quorum_, false))
        quorum_finalize(quorum_);
}

Result<Done> CorosyncLink::open(std::string_view group) {
    // The quorum first: who is in the group can then be judged at once.
    if (auto opened = open_quorum(); !opened)
        return opened;
    return open_group(group);
}

Result<Done> CorosyncLink::open_quorum() {
    quorum_model_v1_data_t model{};
    model.model = QUORUM_MODEL_V1;
    model.quorum_notify_fn = on_quorum;
    std::uint32_t type = QUORUM_FREE;
    if (auto done = judged(quorum_model_initialize(&quorum_, QUORUM_MODEL_V1,
                                                   reinterpret_cast<quorum_model_data_t*>(&model),
                                                   &type, this),
                           "asking for the quorum");
        !done)
        return done;
    has_quorum_ = true;
    if (type != QUORUM_SET)
        return Error{Kind::Unavailable,
                     "Corosync: corosync.conf has no quorum provider: without one nobody knows "
                     "which part of a cluster serves (provider: corosync_votequorum, in quorum)"};
    if (auto done = judged(quorum_fd_get(quorum_, &quorum_fd_), "asking for the quorum"); !done)
        return done;
    return judged(quorum_trackstart(quorum_, CS_TRACK_CURRENT | CS_TRACK_CHANGES),
                  "following the quorum");
}

Result<Done> CorosyncLink::open_group(std::string_view group) {
    cpg_name name{};
    if (group.size() >= sizeof name.value)
        return Error{Kind::BadInput, fmt::format("Corosync: '{}' is too long a name", group)};
    name.length = static_cast<std::uint32_t>(group.copy(name.value, sizeof name.value));

    cpg_model_v1_data_t model{};
    model.model = CPG_MODEL_V1;
    model.cpg_deliver_fn = on_message;
    model.cpg_confchg_fn = on_group;
    model.cpg_totem_confchg_fn = on_machines;
    model.flags = CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF;
    if (auto done = judged(cpg_model_initialize(&group_, CPG_MODEL_V1,
                                                reinterpret_cast<cpg_model_data_t*>(&model), this),
                           "asking for groups");
        !done)
        return done;
    has_group_ = true;
    if (auto done = judged(cpg_fd_get(group_, &group_fd_), "asking for groups"); !done)
        return done;
    if (auto done = judged(cpg_local_get(group_, &self_), "asking for our number"); !done)
        return done;
    view_.set_self(self_);
    return judged(cpg_join(group_, &name), "joining the group");
}

Result<Done> CorosyncLink::read_group() {
    const auto error = cpg_dispatch(group_, CS_DISPATCH_ALL);
    return error == CS_ERR_TRY_AGAIN ? Done{} : judged(error, "hearing the group");
}

Result<Done> CorosyncLink::read_quorum() {
    const auto error = quorum_dispatch(quorum_, CS_DISPATCH_ALL);
    return error == CS_ERR_TRY_AGAIN ? Done{} : judged(error, "hearing of the quorum");
}

Result<bool> CorosyncLink::send(std::string_view message) {
    iovec part{const_cast<char*>(message.data()), message.size()};
    const auto error = cpg_mcast_joined(group_, CPG_TYPE_AGREED, &part, 1);
    if (error == CS_ERR_TRY_AGAIN)
        return false;
    if (auto done = judged(error, "sending to the group"); !done)
        return done.error();
    return true;
}

CorosyncLink& CorosyncLink::of(cpg_handle_t handle) {
    void* context = nullptr;
    cpg_context_get(handle, &context);
    return *static_cast<CorosyncLink*>(context);
}

CorosyncLink& CorosyncLink::of_quorum(quorum_handle_t handle) {
    const void* context = nullptr;
    quorum_context_get(handle, &context);
    return *static_cast<CorosyncLink*>(const_cast<void*>(context));
}

void CorosyncLink::on_message(cpg_handle_t handle, const cpg_name*, std::uint32_t node,
                              std::uint32_t, void* message, std::size_t length) {
    of(handle).events_.emplace_back(
        Heard{node, std::string(static_cast<const char*>(message), length)});
}

void CorosyncLink::on_group(cpg_handle_t handle, const cpg_name*, const cpg_address* members,
                            std::size_t member_count, const cpg_address* left,
                            std::size_t left_count, const cpg_address*, std::size_t) {
    std::vector<CorosyncView::Process> processes;
    for (const auto& member : std::span(members, member_count))
        processes.emplace_back(member.nodeid, member.pid);
    std::vector<MemberId> lost;
    for (const auto& gone : std::span(left, left_count))
        if (gone.reason == CPG_REASON_NODEDOWN)
            lost.push_back(gone.nodeid);
    of(handle).view_.set_group(processes, lost);
    of(handle).events_.emplace_back(Regrouped{});
}

void CorosyncLink::on_machines(cpg_handle_t handle, cpg_ring_id ring, std::uint32_t count,
                               const std::uint32_t* machines) {
    of(handle).view_.set_machines({ring.nodeid, ring.seq}, {machines, machines + count});
}

void CorosyncLink::on_quorum(quorum_handle_t handle, std::uint32_t quorate, quorum_ring_id ring,
                             std::uint32_t, const std::uint32_t*) {
    of_quorum(handle).view_.set_quorum({ring.nodeid, ring.seq}, quorate != 0);
}

} // namespace nfc
