// SPDX-License-Identifier: GPL-2.0
#include "tests/fake_corosync.hpp"

#include <condition_variable>
#include <corosync/cmap.h>
#include <corosync/cpg.h>
#include <corosync/quorum.h>
#include <corosync/votequorum.h>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

namespace {

constexpr std::uint32_t only_node = 1;

struct Inside {
    std::mutex mutex;
    std::condition_variable changed;
    bool hangs = false;
    std::uint32_t token = 0;
    std::uint32_t consensus = 0;
    int groups = 0;
    int groups_ever = 0;

    // Of the one group that is open at a time.
    cpg_model_v1_data_t group{};
    void* group_context = nullptr;
    quorum_model_v1_data_t quorum{};
    const void* quorum_context = nullptr;
    int group_fd = -1;
    int quorum_fd = -1;
    bool joined = false; // and not yet told
    std::deque<std::string> messages;
};

Inside& inside() {
    static Inside the;
    return the;
}

// Whatever has an answer waits for it.
std::unique_lock<std::mutex> answered() {
    std::unique_lock lock(inside().mutex);
    inside().changed.wait(lock, [] { return !inside().hangs; });
    return lock;
}

int descriptor() {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void read_away(int fd) {
    eventfd_t count = 0;
    eventfd_read(fd, &count);
}

} // namespace

namespace nfc {

void FakeCorosync::reset() {
    const std::lock_guard lock(inside().mutex);
    inside().hangs = false;
    inside().token = inside().consensus = 40;
    inside().groups_ever = inside().groups;
}

void FakeCorosync::hang() {
    const std::lock_guard lock(inside().mutex);
    inside().hangs = true;
}

void FakeCorosync::go_on() {
    const std::lock_guard lock(inside().mutex);
    inside().hangs = false;
    inside().changed.notify_all();
}

void FakeCorosync::tell_times(std::uint32_t token, std::uint32_t consensus) {
    const std::lock_guard lock(inside().mutex);
    inside().token = token;
    inside().consensus = consensus;
}

int FakeCorosync::groups() {
    const std::lock_guard lock(inside().mutex);
    return inside().groups;
}

int FakeCorosync::groups_ever() {
    const std::lock_guard lock(inside().mutex);
    return inside().groups_ever;
}

} // namespace nfc

extern "C" {

cs_error_t cpg_model_initialize(cpg_handle_t* handle, cpg_model_t, cpg_model_data_t* model,
                                void* context) {
    const auto lock = answered();
    *handle = 1;
    inside().group = *reinterpret_cast<cpg_model_v1_data_t*>(model);
    inside().group_context = context;
    inside().group_fd = descriptor();
    inside().messages.clear();
    ++inside().groups;
    ++inside().groups_ever;
    return CS_OK;
}

cs_error_t cpg_finalize(cpg_handle_t) {
    const auto lock = answered();
    close(inside().group_fd);
    return CS_OK;
}

cs_error_t cpg_fd_get(cpg_handle_t, int* fd) {
    *fd = inside().group_fd;
    return CS_OK;
}

cs_error_t cpg_local_get(cpg_handle_t, unsigned int* node) {
    *node = only_node;
    return CS_OK;
}

cs_error_t cpg_context_get(cpg_handle_t, void** context) {
    *context = inside().group_context;
    return CS_OK;
}

cs_error_t cpg_join(cpg_handle_t, const cpg_name*) {
    const auto lock = answered();
    inside().joined = true;
    eventfd_write(inside().group_fd, 1);
    return CS_OK;
}

cs_error_t cpg_mcast_joined(cpg_handle_t, cpg_guarantee_t, const iovec* parts, unsigned int) {
    const std::lock_guard lock(inside().mutex);
    inside().messages.emplace_back(static_cast<const char*>(parts->iov_base), parts->iov_len);
    if (!inside().hangs)
        eventfd_write(inside().group_fd, 1);
    return CS_OK;
}

cs_error_t cpg_dispatch(cpg_handle_t handle, cs_dispatch_flags_t) {
    std::deque<std::string> messages;
    bool joined = false;
    {
        const std::lock_guard lock(inside().mutex);
        read_away(inside().group_fd);
        messages.swap(inside().messages);
        joined = std::exchange(inside().joined, false);
    }
    if (joined) {
        cpg_address self{only_node, 1, CPG_REASON_JOIN};
        inside().group.cpg_confchg_fn(handle, nullptr, &self, 1, nullptr, 0, &self, 1);
        std::uint32_t machine = only_node;
        inside().group.cpg_totem_confchg_fn(handle, {only_node, 4}, 1, &machine);
    }
    for (auto& message : messages)
        inside().group.cpg_deliver_fn(handle, nullptr, only_node, 1, message.data(),
                                      message.size());
    return CS_OK;
}

cs_error_t quorum_model_initialize(quorum_handle_t* handle, quorum_model_t,
                                   quorum_model_data_t* model, std::uint32_t* type, void* context) {
    const auto lock = answered();
    *handle = 1;
    *type = QUORUM_SET;
    inside().quorum = *reinterpret_cast<quorum_model_v1_data_t*>(model);
    inside().quorum_context = context;
    inside().quorum_fd = descriptor();
    return CS_OK;
}

cs_error_t quorum_finalize(quorum_handle_t) {
    const std::lock_guard lock(inside().mutex);
    close(inside().quorum_fd);
    --inside().groups; // it is what is closed last
    return CS_OK;
}

cs_error_t quorum_fd_get(quorum_handle_t, int* fd) {
    *fd = inside().quorum_fd;
    return CS_OK;
}

cs_error_t quorum_context_get(quorum_handle_t, const void** context) {
    *context = inside().quorum_context;
    return CS_OK;
}

cs_error_t quorum_trackstart(quorum_handle_t, unsigned int) {
    const auto lock = answered();
    eventfd_write(inside().quorum_fd, 1);
    return CS_OK;
}

cs_error_t quorum_dispatch(quorum_handle_t handle, cs_dispatch_flags_t) {
    read_away(inside().quorum_fd);
    const std::uint32_t machine = only_node;
    inside().quorum.quorum_notify_fn(handle, 1, {only_node, 4}, 1, &machine);
    return CS_OK;
}

cs_error_t cmap_initialize(cmap_handle_t* handle) {
    const auto lock = answered();
    *handle = 1;
    return CS_OK;
}

cs_error_t cmap_finalize(cmap_handle_t) {
    const auto lock = answered();
    return CS_OK;
}

cs_error_t cmap_get_uint32(cmap_handle_t, const char* key, std::uint32_t* value) {
    const auto lock = answered();
    *value = std::string_view(key).ends_with(".token") ? inside().token : inside().consensus;
    return *value == 0 ? CS_ERR_NOT_EXIST : CS_OK;
}

cs_error_t votequorum_initialize(votequorum_handle_t* handle, votequorum_callbacks_t*) {
    const auto lock = answered();
    *handle = 1;
    return CS_OK;
}

cs_error_t votequorum_finalize(votequorum_handle_t) {
    const auto lock = answered();
    return CS_OK;
}

cs_error_t votequorum_getinfo(votequorum_handle_t, unsigned int, votequorum_info*) {
    const auto lock = answered();
    return CS_OK;
}

const char* cs_strerror(cs_error_t) {
    return "it fails";
}
}
