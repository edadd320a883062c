// Many clients at once. Each question is one TCP connection, one UDP datagram or
// one ICMP echo; what is reported is everyone who answered it, in order.
#include "address.hpp"
#include "common.hpp"
#include "echo.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace labnet {
namespace {

enum class Kind { tcp, udp, icmp };

struct Plan {
    Kind kind = Kind::tcp;
    Address address;
    std::uint16_t port = 0;
    std::uint64_t count = 1;
    std::uint64_t first_port = 0; // 0: the kernel chooses
    AddressRange sources;
    std::string say; // over TCP, with the end of a line behind it
    Milliseconds timeout{3000};
    Milliseconds second_answer{750};
    std::uint64_t parallel = 256;
};

struct Question {
    Fd fd;
    Address source;
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
            watch(echoes_.emplace(plan_.address).fd(), EPOLLIN, replies_tag);
        if (echoes_ && plan_.sources.is_any())
            plan_.sources = AddressRange::parse(echoes_->usual_source().text());
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
        question.fd = checked(
            socket(plan_.address.family(), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
        const int fd = question.fd.get();
        const int on = 1;
        if (plan_.kind == Kind::tcp) // two UDP sockets would be given the same port
            setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        bind_freely(fd, plan_.address.family());
        const Endpoint here(question.source, question.port);
        const Endpoint there(plan_.address, plan_.port);
        if (bind(fd, here.get(), here.size()) < 0)
            fail("bind to " + question.source.text() + ":" + std::to_string(question.port));
        if (connect(fd, there.get(), there.size()) < 0 && errno != EINPROGRESS)
            return close_with(question, error_name(errno));
        const Endpoint bound = bound_to(fd);
        question.source = bound.address();
        question.port = bound.port();
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
            question.asked = send(fd, plan_.say.data(), plan_.say.size(), MSG_NOSIGNAL) > 0;
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

    void send_echo(Question& question, std::size_t index) {
        if (!question.port)
            question.port = static_cast<std::uint16_t>(index / plan_.sources.size() + 1);
        by_echo_[{question.source, question.port}] = index;
        if (const int error = echoes_->send(question.source, question.port))
            return close_with(question, error_name(error));
        question.asked = true;
    }

    void hear_echoes() {
        echoes_->hear([this](const Address& source, std::uint16_t id, std::string mac) {
            const auto found = by_echo_.find({source, id});
            if (found != by_echo_.end() && questions_[found->second].open)
                answered(questions_[found->second], mac);
        });
    }

    Plan plan_;
    std::vector<Question> questions_;
    std::size_t next_ = 0;
    std::size_t oldest_ = 0;
    std::uint64_t open_ = 0;
    std::uint64_t unanswered_ = 0;
    Clock::time_point last_heard_;
    Fd epoll_;
    std::optional<Echoes> echoes_;
    std::map<std::pair<Address, std::uint16_t>, std::size_t> by_echo_;
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
    plan.say = options.text_or("--say", "") + "\n";
    const bool tally = options.flag("--tally");
    const std::string sources = options.text_or("--source", "");
    plan.address = Address::parse(options.positional("ADDRESS"));
    plan.sources = AddressRange::sources(sources, plan.address);
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
            std::printf("%s %u %s\n", question.source.text().c_str(), question.port,
                        joined(question.answers, ' ').c_str());
    }
    for (const auto& [name, count] : tallied)
        std::printf("%s %llu\n", name.c_str(), static_cast<unsigned long long>(count));
    return 0;
}

} // namespace labnet
