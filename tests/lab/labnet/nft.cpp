// A rule as nft's back end hands it over: one target, by netlink, in a
// transaction of its own.
#include "target.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

namespace labnet {
namespace {

// Messages and attributes, nested as deep as wanted: what begins is closed.
class Batch {
public:
    void message(std::uint16_t type, std::uint16_t flags, std::uint8_t family,
                 std::uint16_t subsystem) {
        const std::size_t start = bytes_.size();
        nlmsghdr head{};
        head.nlmsg_type = type;
        head.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
        head.nlmsg_seq = ++sequence_;
        append(bytes_, bytes_of(head));
        nfgenmsg general{};
        general.nfgen_family = family;
        general.version = NFNETLINK_V0;
        general.res_id = htons(subsystem);
        append(bytes_, bytes_of(general));
        end_message(start);
        message_ = start;
    }

    std::size_t begin(std::uint16_t type) {
        const std::size_t start = bytes_.size();
        attribute(static_cast<std::uint16_t>(type | NLA_F_NESTED), {});
        return start;
    }
    void end(std::size_t start) { set_length(start, bytes_.size() - start); }

    void attribute(std::uint16_t type, std::span<const std::uint8_t> value) {
        const nlattr head{static_cast<std::uint16_t>(sizeof(nlattr) + value.size()), type};
        append(bytes_, bytes_of(head));
        append(bytes_, value);
        bytes_.resize(NLA_ALIGN(bytes_.size()));
        end_message(message_);
    }
    void text(std::uint16_t type, std::string_view value) {
        Bytes bytes(value.begin(), value.end());
        bytes.push_back(0);
        attribute(type, bytes);
    }
    void number(std::uint16_t type, std::uint32_t value) {
        const std::uint32_t wire = htonl(value);
        attribute(type, bytes_of(wire));
    }

    const Bytes& bytes() const { return bytes_; }

private:
    void set_length(std::size_t start, std::size_t length) {
        const auto value = static_cast<std::uint16_t>(length);
        std::memcpy(&bytes_[start], &value, sizeof value);
    }
    void end_message(std::size_t start) {
        const auto value = static_cast<std::uint32_t>(bytes_.size() - start);
        std::memcpy(&bytes_[start], &value, sizeof value);
    }

    Bytes bytes_;
    std::size_t message_ = 0;
    std::uint32_t sequence_ = 0;
};

Bytes transaction(std::uint8_t family, const std::string& table, const std::string& chain,
                  const Target& target) {
    constexpr auto new_rule =
        static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE);
    Batch batch;
    batch.message(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    batch.message(new_rule, NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK, family, 0);
    batch.text(NFTA_RULE_TABLE, table);
    batch.text(NFTA_RULE_CHAIN, chain);
    const std::size_t expressions = batch.begin(NFTA_RULE_EXPRESSIONS);
    const std::size_t one = batch.begin(NFTA_LIST_ELEM);
    batch.text(NFTA_EXPR_NAME, "target");
    const std::size_t data = batch.begin(NFTA_EXPR_DATA);
    batch.text(NFTA_TARGET_NAME, {target.name, strnlen(target.name, sizeof target.name)});
    batch.number(NFTA_TARGET_REV, target.revision);
    batch.attribute(NFTA_TARGET_INFO, target.data);
    batch.end(data);
    batch.end(one);
    batch.end(expressions);
    batch.message(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    return batch.bytes();
}

// 0, or the errno with which the kernel refused.
int commit(const Fd& fd, const Bytes& request) {
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    if (sendto(fd.get(), request.data(), request.size(), 0,
               reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) < 0)
        fail("netlink");
    alignas(nlmsghdr) std::array<std::uint8_t, 16384> answer;
    const ssize_t got = recv(fd.get(), answer.data(), answer.size(), 0);
    nlmsghdr head;
    nlmsgerr error;
    if (got < static_cast<ssize_t>(sizeof head + sizeof error))
        fail("netlink's answer");
    std::memcpy(&head, answer.data(), sizeof head);
    std::memcpy(&error, &answer[sizeof head], sizeof error);
    if (head.nlmsg_type != NLMSG_ERROR)
        throw std::runtime_error("netlink answers with something else");
    return -error.error;
}

} // namespace

int nft_rule(Options& options) {
    const std::string family = options.text_or("--family", "ip");
    const std::string table = options.text_or("--table", "filter");
    const std::string chain = options.text_or("--chain", "INPUT");
    const Target target = target_from(options);
    std::uint64_t seed = 0;
    const bool mutated = options.number("--mutate", seed, 0xffffffff);
    const std::uint64_t count = options.number_or("--count", 1, 1'000'000);
    options.done();
    if (family != "ip" && family != "ip6")
        throw Usage("--family: ip or ip6");
    const auto number = static_cast<std::uint8_t>(family == "ip" ? NFPROTO_IPV4 : NFPROTO_IPV6);

    const Fd fd =
        checked(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER), "netlink");
    if (!mutated) {
        const int error = commit(fd, transaction(number, table, chain, target));
        std::puts(Tally::word(error));
        return error ? 1 : 0;
    }
    std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
    Tally said;
    for (std::uint64_t i = 0; i < count; ++i) {
        Target changed = target;
        for (auto changes = 1 + random() % 3; changes; --changes)
            change_byte(changed.data, random);
        said.count(commit(fd, transaction(number, table, chain, changed)));
    }
    said.print();
    return 0;
}

} // namespace labnet
