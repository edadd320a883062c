// Many clients at once. Each question is one TCP connection, one UDP datagram or
// one ICMP echo; what is reported is everyone who answered it, in order.
#include "common.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <map>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace labnet {
namespace {

enum class Kind { tcp, udp, icmp };

struct Plan {
    Kind kind = Kind::tcp;
    in_addr address{};
    std::uint16_t port = 0;
    std::uint64_t count = 1;
    std::uint64_t first_port = 0; // 0: the kernel chooses
    AddressRange sources;
    Milliseconds timeout{3000};
    Milliseconds second_answer{750};
    std::uint64_t parallel = 256;
};

struct Question {
    Fd fd;
    in_addr source{};
    std::uint16_t port = 0; // ICMP: the identifier
    std::string received;
    std::vector<std::string> answers;
    Clock::time_point begun;
    bool asked = false;
    bool open = false; // still listening
};

class Asker {
public:
    explicit Asker(const Plan& plan) : plan_(plan), questions_(plan.count) {
        epoll_ = checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
        if (plan_.kind == Kind::icmp)
            open_icmp();
    }

    const std::vector<Question>& run() {
        while (next_ < questions_.size() || open_) {
            while (next_ < questions_.size() && unanswered_ < plan_.parallel)
                start(next_++);
            std::array<epoll_event, 256> events;
            const int count =
                epoll_wait(epoll_.get(), events.data(), events.size(), next_timeout());
            if (count < 0 && errno != EINTR)
                fail("epoll_wait");
            for (int i = 0; i < count; ++i) {
                const epoll_event& event = events[static_cast<std::size_t>(i)];
                if (event.data.u64 == replies_tag)
                    hear_echoes();
                else
                    hear(questions_[event.data.u64], event.events);
            }
            if (count == 0 && silent())
                expire();
        }
        return questions_;
    }

private:
    static constexpr std::uint64_t replies_tag = ~std::uint64_t{0};

    void start(std::size_t index) {
        Question& question = questions_[index];
        question.source = plan_.sources[index];
        question.begun = Clock::now();
        question.open = true;
        ++open_;
        ++unanswered_;
        if (plan_.first_port)
            question.port =
                static_cast<std::uint16_t>(plan_.first_port + index / plan_.sources.size());
        if (plan_.kind == Kind::icmp)
            return send_echo(question, index);

        const int type = plan_.kind == Kind::tcp ? SOCK_STREAM : SOCK_DGRAM;
        question.fd = checked(socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
        const int fd = question.fd.get();
        const int on = 1;
        if (plan_.kind == Kind::tcp) // two UDP sockets would be given the same port
            setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof on);
        const sockaddr_in here = endpoint(question.source, question.port);
        const sockaddr_in there = endpoint(plan_.address, plan_.port);
        if (bind(fd, reinterpret_cast<const sockaddr*>(&here), sizeof here) < 0)
            fail("bind to " + to_text(question.source) + ":" + std::to_string(question.port));
        if (connect(fd, reinterpret_cast<const sockaddr*>(&there), sizeof there) < 0 &&
            errno != EINPROGRESS)
            return close_with(question, error_name(errno));
        sockaddr_in bound{};
        socklen_t size = sizeof bound;
        getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
        question.source = bound.sin_addr;
        question.port = ntohs(bound.sin_port);
        if (plan_.kind == Kind::udp)
            question.asked = send(fd, "?", 1, 0) == 1;
        watch(fd, plan_.kind == Kind::tcp ? EPOLLOUT : EPOLLIN, index);
    }

    void watch(int fd, std::uint32_t events, std::uint64_t tag) {
        epoll_event wanted{.events = events, .data = {.u64 = tag}};
        if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted) < 0 && errno == EEXIST)
            epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &wanted);
    }

    void hear(Question& question, std::uint32_t events) {
        if (!question.open)
            return;
        const int fd = question.fd.get();
        if (plan_.kind == Kind::tcp && !question.asked && !(events & (EPOLLERR | EPOLLHUP))) {
            question.asked = send(fd, "\n", 1, MSG_NOSIGNAL) == 1;
            watch(fd, EPOLLIN, static_cast<std::uint64_t>(&question - questions_.data()));
            return;
        }
        std::array<char, 256> data;
        const ssize_t got = recv(fd, data.data(), data.size(), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got < 0)
            return close_with(question, error_name(errno));
        const std::string text(data.data(), static_cast<std::size_t>(got));
        if (plan_.kind == Kind::udp)
            return answered(question, text);
        if (got == 0)
            return close_with(question, "closed");
        question.received += text;
        const std::size_t end = question.received.find('\n');
        if (end != std::string::npos)
            close_with(question, question.received.substr(0, end));
    }

    static std::string error_name(int error) {
        switch (error) {
        case ECONNRESET:
            return "reset";
        case ECONNREFUSED:
            return "refused";
        case EHOSTUNREACH:
        case ENETUNREACH:
            return "unreachable";
        default:
            return strerrorname_np(error);
        }
    }

    void answered(Question& question, const std::string& name) {
        if (question.answers.empty())
            --unanswered_;
        question.answers.push_back(name);
        last_heard_ = Clock::now();
    }

    void close_with(Question& question, const std::string& answer) {
        answered(question, answer);
        end(question);
    }

    void end(Question& question) {
        if (question.answers.empty())
            --unanswered_;
        if (plan_.kind == Kind::tcp && question.fd) {
            // Leaves no TIME_WAIT, so that the same ports can ask again at once.
            const linger now{1, 0};
            setsockopt(question.fd.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }
        question.fd.reset();
        question.open = false;
        --open_;
    }

    // A question is given up when nobody has said anything for so long, neither to
    // it nor to another: a machine that is slow for a while loses no answers.
    // So questions expire in the order they were asked. When all are answered, we
    // listen a little longer: for those who answer what another has answered.
    Clock::time_point deadline() const {
        const bool all_answered = next_ == questions_.size() && unanswered_ == 0;
        return std::max(questions_[oldest_].begun, last_heard_) +
               (all_answered ? std::min(plan_.timeout, plan_.second_answer) : plan_.timeout);
    }

    // A machine that stood still past the deadline has the answer ready, or is
    // about to write it: nobody is given up before a last moment of listening.
    bool silent() {
        constexpr int moment_ms = 100;
        epoll_event heard;
        return epoll_wait(epoll_.get(), &heard, 1, moment_ms) == 0;
    }

    void expire() {
        for (const auto now = Clock::now(); oldest_ < next_; ++oldest_) {
            if (!questions_[oldest_].open)
                continue;
            if (deadline() > now)
                break;
            end(questions_[oldest_]);
        }
    }

    int next_timeout() const { return oldest_ < next_ ? left_ms(deadline()) : 0; }

    // An echo reply carries no name: the Ethernet source tells who sent it, and
    // only a packet socket shows that.
    void open_icmp() {
        echoes_ = checked(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), "raw socket");
        replies_ =
            checked(socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_IP)),
                    "packet socket");
        watch(replies_.get(), EPOLLIN, replies_tag);
        if (!plan_.sources.first) {
            const Fd probe = checked(socket(AF_INET, SOCK_DGRAM, 0), "socket");
            sockaddr_in there = endpoint(plan_.address, 1);
            socklen_t size = sizeof there;
            if (connect(probe.get(), reinterpret_cast<sockaddr*>(&there), size) < 0)
                fail("no route to " + to_text(plan_.address));
            getsockname(probe.get(), reinterpret_cast<sockaddr*>(&there), &size);
            plan_.sources.first = plan_.sources.last = ntohl(there.sin_addr.s_addr);
        }
    }

    void send_echo(Question& question, std::size_t index) {
        question.source = plan_.sources[index];
        if (!question.port)
            question.port = static_cast<std::uint16_t>(index / plan_.sources.size() + 1);
        by_echo_[{question.source.s_addr, question.port}] = index;
        struct {
            iphdr ip{};
            icmphdr icmp{};
        } packet;
        packet.ip.version = 4;
        packet.ip.ihl = 5;
        packet.ip.ttl = 64;
        packet.ip.protocol = IPPROTO_ICMP;
        packet.ip.saddr = question.source.s_addr;
        packet.ip.daddr = plan_.address.s_addr;
        packet.icmp.type = ICMP_ECHO;
        packet.icmp.un.echo.id = htons(question.port);
        packet.icmp.checksum = htons(internet_checksum(
            {reinterpret_cast<const std::uint8_t*>(&packet.icmp), sizeof packet.icmp}));
        const sockaddr_in there = endpoint(plan_.address, 0);
        if (sendto(echoes_.get(), &packet, sizeof packet, 0,
                   reinterpret_cast<const sockaddr*>(&there), sizeof there) < 0)
            return close_with(question, error_name(errno));
        question.asked = true;
    }

    void hear_echoes() {
        std::array<std::uint8_t, 2048> data;
        sockaddr_ll from;
        socklen_t size = sizeof from;
        for (ssize_t got; (got = recvfrom(replies_.get(), data.data(), data.size(), 0,
                                          reinterpret_cast<sockaddr*>(&from), &size)) >= 0;
             size = sizeof from) {
            iphdr ip;
            icmphdr icmp;
            if (static_cast<std::size_t>(got) < sizeof ip + sizeof icmp ||
                from.sll_pkttype == PACKET_OUTGOING)
                continue;
            std::memcpy(&ip, data.data(), sizeof ip);
            std::memcpy(&icmp, &data[sizeof ip], sizeof icmp);
            if (ip.ihl != 5 || ip.protocol != IPPROTO_ICMP || icmp.type != ICMP_ECHOREPLY ||
                ip.saddr != plan_.address.s_addr)
                continue;
            const auto found = by_echo_.find({ip.daddr, ntohs(icmp.un.echo.id)});
            if (found != by_echo_.end() && questions_[found->second].open)
                answered(questions_[found->second], mac_text({from.sll_addr, 6}));
        }
    }

    Plan plan_;
    std::vector<Question> questions_;
    std::size_t next_ = 0;
    std::size_t oldest_ = 0;
    std::uint64_t open_ = 0;
    std::uint64_t unanswered_ = 0;
    Clock::time_point last_heard_;
    Fd epoll_;
    Fd echoes_;
    Fd replies_;
    std::map<std::pair<in_addr_t, std::uint16_t>, std::size_t> by_echo_;
};

std::string joined(const std::vector<std::string>& answers, char separator) {
    std::string text;
    for (const std::string& answer : answers)
        text += (text.empty() ? std::string() : std::string(1, separator)) + answer;
    return text.empty() ? "-" : text;
}

} // namespace

int ask(Options& options) {
    Plan plan;
    if (options.flag("--udp"))
        plan.kind = Kind::udp;
    else if (options.flag("--icmp"))
        plan.kind = Kind::icmp;
    plan.count = options.number_or("--count", 1, 1'000'000);
    plan.first_port = options.number_or("--sport", 0, 65535);
    plan.timeout = options.timeout_or(3000);
    plan.second_answer = options.timeout_or(750);
    plan.parallel = std::max<std::uint64_t>(options.number_or("--parallel", 256, 60'000), 1);
    std::string sources;
    if (options.text("--source", sources))
        plan.sources = AddressRange::parse(sources);
    const bool tally = options.flag("--tally");
    plan.address = parse_address(options.positional("ADDRESS"));
    if (plan.kind != Kind::icmp)
        plan.port =
            static_cast<std::uint16_t>(parse_number(options.positional("PORT"), 65535, "PORT"));
    options.done();
    if (plan.first_port + (plan.count - 1) / plan.sources.size() > 65535)
        throw Usage("--sport and --count go past port 65535");

    raise_descriptor_limit();
    Asker asker(plan);
    std::map<std::string, std::uint64_t> tallied;
    for (const Question& question : asker.run()) {
        if (tally)
            ++tallied[joined(question.answers, '+')];
        else
            std::printf("%s %u %s\n", to_text(question.source).c_str(), question.port,
                        joined(question.answers, ' ').c_str());
    }
    for (const auto& [name, count] : tallied)
        std::printf("%s %llu\n", name.c_str(), static_cast<unsigned long long>(count));
    return 0;
}

} // namespace labnet
