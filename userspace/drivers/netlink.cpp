// SPDX-License-Identifier: GPL-2.0
#include "drivers/netlink.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <iterator>
#include <linux/genetlink.h>

namespace nfc::netlink {

namespace {

constexpr std::uint8_t version = 1; // of all families that we ask

struct Collector {
    std::uint16_t type;
    std::vector<Attributes>* messages;
};

int collect(const nlmsghdr* message, void* data) {
    const auto& [type, messages] = *static_cast<Collector*>(data);
    if (message->nlmsg_type == type) {
        const auto* from = static_cast<const std::uint8_t*>(mnl_nlmsg_get_payload(message));
        messages->emplace_back(
            from, static_cast<const std::uint8_t*>(mnl_nlmsg_get_payload_tail(message)));
    }
    return MNL_CB_OK;
}

// A listing's end says how it ended; libmnl does not look. What listing has no such
// word (old kernels) ended well.
int end_of_list(const nlmsghdr* message, void*) {
    int error = 0;
    if (mnl_nlmsg_get_payload_len(message) >= sizeof(error))
        std::memcpy(&error, mnl_nlmsg_get_payload(message), sizeof(error));
    if (error >= 0)
        return MNL_CB_STOP;
    errno = -error;
    return MNL_CB_ERROR;
}

int refusal(const nlmsghdr* message, void*) {
    nlmsgerr head{};
    if (mnl_nlmsg_get_payload_len(message) < sizeof(head)) {
        errno = EBADMSG;
        return MNL_CB_ERROR;
    }
    std::memcpy(&head, mnl_nlmsg_get_payload(message), sizeof(head));
    errno = head.error < 0 ? -head.error : head.error;
    return head.error ? MNL_CB_ERROR : MNL_CB_STOP; // 0: it is done
}

// By type.
mnl_cb_t control[] = {nullptr, nullptr, refusal, end_of_list};
static_assert(std::size(control) == NLMSG_DONE + 1 && NLMSG_ERROR == 2);

} // namespace

// --- attributes

Writer::Writer() = default;

void Writer::put(std::uint16_t type, const void* data, std::size_t size) {
    const nlattr head{static_cast<std::uint16_t>(MNL_ATTR_HDRLEN + size), type};
    const auto at = bytes_.size();

    bytes_.resize(at + MNL_ATTR_HDRLEN + MNL_ALIGN(size));
    std::memcpy(&bytes_[at], &head, sizeof(head));
    if (size)
        std::memcpy(&bytes_[at + MNL_ATTR_HDRLEN], data, size);
}

Reader::Reader(const void* attributes, std::size_t size, std::uint16_t most)
    : found_(std::size_t{most} + 1) {
    const auto* at = static_cast<const nlattr*>(attributes);
    auto left = static_cast<int>(std::min<std::size_t>(size, INT32_MAX));

    while (mnl_attr_ok(at, left)) {
        if (const auto type = mnl_attr_get_type(at); type <= most)
            found_[type] = at;
        left -= static_cast<int>(MNL_ALIGN(at->nla_len));
        at = mnl_attr_next(at);
    }
}

const nlattr* Reader::find(std::uint16_t type) const {
    return type < found_.size() ? found_[type] : nullptr;
}

std::optional<std::uint64_t> Reader::number(std::uint16_t type) const {
    const auto* attribute = find(type);
    if (!attribute)
        return std::nullopt;
    switch (mnl_attr_get_payload_len(attribute)) {
    case 1:
        return mnl_attr_get_u8(attribute);
    case 2:
        return mnl_attr_get_u16(attribute);
    case 4:
        return mnl_attr_get_u32(attribute);
    case 8:
        return mnl_attr_get_u64(attribute);
    default:
        return std::nullopt;
    }
}

std::optional<std::string> Reader::text(std::uint16_t type) const {
    const auto* attribute = find(type);
    if (!attribute)
        return std::nullopt;
    const auto* from = static_cast<const char*>(mnl_attr_get_payload(attribute));
    // It ends at the first NUL, or where the attribute does.
    return std::string(from, ::strnlen(from, mnl_attr_get_payload_len(attribute)));
}

const std::uint8_t* Reader::bytes(std::uint16_t type, std::size_t size) const {
    const auto* attribute = find(type);
    if (!attribute || mnl_attr_get_payload_len(attribute) != size)
        return nullptr;
    return static_cast<const std::uint8_t*>(mnl_attr_get_payload(attribute));
}

std::optional<Reader> Reader::nested(std::uint16_t type, std::uint16_t most) const {
    const auto* attribute = find(type);
    if (!attribute)
        return std::nullopt;
    return Reader(mnl_attr_get_payload(attribute), mnl_attr_get_payload_len(attribute), most);
}

std::optional<std::uint16_t> read_family_id(const Attributes& attributes) {
    const Reader reader(attributes.data(), attributes.size(), CTRL_ATTR_MAX);
    const auto id = reader.number(CTRL_ATTR_FAMILY_ID);
    if (!id || *id < NLMSG_MIN_TYPE || *id > UINT16_MAX)
        return std::nullopt;
    return static_cast<std::uint16_t>(*id);
}

// --- the socket

Result<Done> Socket::open(int protocol) {
    socket_.reset(mnl_socket_open2(protocol, SOCK_CLOEXEC));
    if (!socket_ || mnl_socket_bind(socket_.get(), 0, MNL_SOCKET_AUTOPID) < 0)
        return Error{Kind::Unavailable,
                     fmt::format("cannot ask the kernel by netlink: {}", errno_text(errno))};
    return Done{};
}

Answer Socket::talk(std::uint16_t type, std::uint16_t flags, const Attributes& payload,
                    std::uint16_t answers) {
    std::vector<std::uint8_t> request(NLMSG_HDRLEN + payload.size());
    auto* message = mnl_nlmsg_put_header(request.data());
    message->nlmsg_type = type;
    message->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    message->nlmsg_seq = ++sequence_;
    message->nlmsg_len = static_cast<std::uint32_t>(request.size());
    std::ranges::copy(payload, request.begin() + NLMSG_HDRLEN);

    Answer answer;
    Collector collector{answers, &answer.messages};
    if (mnl_socket_sendto(socket_.get(), request.data(), request.size()) < 0)
        return {errno, {}};
    alignas(nlmsghdr) std::array<char, 32768> buffer; // the most that a dump sends at once
    for (int more = MNL_CB_OK; more == MNL_CB_OK;) {
        const auto got = mnl_socket_recvfrom(socket_.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        more = got < 0 ? MNL_CB_ERROR
                       : mnl_cb_run2(buffer.data(), static_cast<std::size_t>(got), sequence_,
                                     mnl_socket_get_portid(socket_.get()), collect, &collector,
                                     control, std::size(control));
        if (more == MNL_CB_ERROR)
            answer.error = errno;
    }
    return answer;
}

Result<Done> GenericFamily::open() {
    if (id_)
        return Done{};
    if (const auto open = socket_.open(NETLINK_GENERIC); !open)
        return open;

    Writer question;
    question.put_text(CTRL_ATTR_FAMILY_NAME, name_);
    const auto answer = talk(GENL_ID_CTRL, NLM_F_ACK, CTRL_CMD_GETFAMILY, question.attributes());
    if (answer.error == ENOENT)
        return Error{Kind::NoCluster, fmt::format("{} is not in this kernel", name_)};
    if (answer.error)
        return Error{Kind::Unavailable,
                     fmt::format("cannot ask for {}: {}", name_, errno_text(answer.error))};
    const auto id = answer.messages.empty() ? std::nullopt : read_family_id(answer.messages[0]);
    if (!id)
        return Error{Kind::Unavailable,
                     fmt::format("the kernel's answer about {} makes no sense", name_)};
    id_ = *id;
    return Done{};
}

Answer GenericFamily::ask(std::uint8_t command, bool dump, const Attributes& attributes) {
    return talk(id_, dump ? NLM_F_DUMP : NLM_F_ACK, command, attributes);
}

Answer GenericFamily::talk(std::uint16_t type, std::uint16_t flags, std::uint8_t command,
                           const Attributes& attributes) {
    const genlmsghdr head{command, version, 0};
    Attributes payload(GENL_HDRLEN);
    std::memcpy(payload.data(), &head, sizeof(head));
    payload.insert(payload.end(), attributes.begin(), attributes.end());

    auto answer = socket_.talk(type, flags, payload, type);
    std::erase_if(answer.messages, [](const Attributes& one) { return one.size() < GENL_HDRLEN; });
    for (auto& message : answer.messages)
        message.erase(message.begin(), message.begin() + GENL_HDRLEN);
    return answer;
}

} // namespace nfc::netlink
