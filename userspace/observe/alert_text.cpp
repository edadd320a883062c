// SPDX-License-Identifier: GPL-2.0
#include "observe/alert_text.hpp"

#include "checks/child.hpp"
#include "observe/printable.hpp"
#include "observe/times.hpp"
#include "observe/words.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

// The kernel takes 128 KiB of one argument or variable.
constexpr std::size_t argument_room = 60'000;
constexpr std::size_t said_most = 500;

struct KindWord {
    std::string operator()(const TcpCheck&) const { return "tcp"; }
    std::string operator()(const HttpCheck& check) const { return check.tls ? "https" : "http"; }
    std::string operator()(const SmtpCheck&) const { return "smtp"; }
    std::string operator()(const DnsCheck&) const { return "dns"; }
    std::string operator()(const IcmpCheck&) const { return "icmp"; }
    std::string operator()(const BannerCheck&) const { return "banner"; }
    std::string operator()(const ExecCheck&) const { return "exec"; }
};

std::string variable(std::string_view name, std::string_view value) {
    return fmt::format("{}={}", name, value);
}

std::string state_text(const Notice& notice) {
    switch (notice.kind) {
    case EventKind::Fell:
        return "is down";
    case EventKind::Rose:
        return notice.lasted.count() ? "is up after " + rough(notice.lasted) : "is up";
    case EventKind::Held:
        return "answers but stays down";
    case EventKind::WeightChanged:
        return "says what it can take";
    case EventKind::DutyChanged:
        break;
    }
    return fmt::format("was told to {}", notice.duty == Duty::Serve   ? "serve"
                                         : notice.duty == Duty::Drain ? "drain"
                                                                      : "stop");
}

std::string who(const Notice& notice) {
    return printable(fmt::format("{}/{}", notice.pool, notice.backend), said_most);
}

std::size_t count_of(const Batch& batch, EventKind kind) {
    return static_cast<std::size_t>(std::ranges::count(batch.notices, kind, &Notice::kind));
}

std::string headline(const Batch& batch) {
    if (batch.notices.size() == 1 && !batch.lost)
        return fmt::format("{} {}", who(batch.notices.front()), state_text(batch.notices.front()));
    const auto fell = count_of(batch, EventKind::Fell);
    const auto rose = count_of(batch, EventKind::Rose);
    const auto all = batch.notices.size() + batch.lost;
    return fmt::format("{} events: {} fell, {} rose{}", all, fell, rose,
                       all > fell + rose ? fmt::format(", {} others", all - fell - rose) : "");
}

std::string lines(const Batch& batch) {
    std::string text;
    for (const auto& notice : batch.notices)
        text += utc(notice.at) + ' ' + summary(notice) + '\n';
    if (batch.lost)
        text += fmt::format("and {} more that found no room\n", batch.lost);
    return text;
}

std::vector<std::string> environment_of(const AlertNames& names, const Batch& batch) {
    std::vector<std::string> all{
        std::string(usual_path),
        variable("NFCLUSTER_NODE", printable(names.node)),
        variable("NFCLUSTER_SUMMARY", headline(batch)),
        variable("NFCLUSTER_COUNT", fmt::format("{}", batch.notices.size() + batch.lost)),
        variable("NFCLUSTER_LOST", fmt::format("{}", batch.lost)),
        variable("NFCLUSTER_FELL", fmt::format("{}", count_of(batch, EventKind::Fell))),
        variable("NFCLUSTER_ROSE", fmt::format("{}", count_of(batch, EventKind::Rose)))};
    if (batch.notices.size() != 1 || batch.lost) {
        all.emplace_back("NFCLUSTER_EVENT=several");
        return all;
    }
    const auto& one = batch.notices.front();
    const auto add = [&](std::string_view name, const auto& value) {
        all.push_back(fmt::format("NFCLUSTER_{}={}", name, value));
    };
    add("EVENT", words::of(one.kind));
    add("POOL", printable(one.pool));
    add("BACKEND", printable(one.backend));
    add("ADDRESS", to_string(one.endpoint.ip));
    add("PORT", one.endpoint.port);
    add("STATE", words::of(one.standing));
    add("DUTY", words::of(one.duty));
    add("REASON", printable(one.reason, said_most));
    add("TIME", epoch_seconds(one.at));
    add("LASTED", std::chrono::floor<std::chrono::seconds>(one.lasted).count());
    add("UP", one.up);
    add("TOTAL", one.total);
    return all;
}

// One pool and one direction, as mon's programs want it.
struct Group {
    std::string pool;
    EventKind kind;
    Batch batch;
};

std::vector<Group> groups_of(const Batch& batch, std::size_t most) {
    std::vector<Group> groups;
    const auto collect = [&](auto name) {
        groups.clear();
        std::map<std::pair<std::string, EventKind>, std::size_t> known;
        for (const auto& notice : batch.notices) {
            if (notice.kind != EventKind::Fell && notice.kind != EventKind::Rose)
                continue;
            const auto key = std::pair(name(notice), notice.kind);
            const auto [at, fresh] = known.try_emplace(key, groups.size());
            if (fresh)
                groups.push_back({key.first, key.second, {}});
            groups[at->second].batch.notices.push_back(notice);
        }
    };
    collect([](const Notice& notice) { return notice.pool; });
    if (groups.size() > most)
        collect([](const Notice&) { return std::string("several"); });
    return groups;
}

// "a b c", each once.
template <typename Text>
std::string words_of(const Batch& batch, Text text) {
    std::string all;
    std::vector<std::string> seen;
    for (const auto& notice : batch.notices) {
        auto word = text(notice);
        if (all.size() + word.size() > argument_room)
            break;
        if (std::ranges::find(seen, word) != seen.end())
            continue;
        all += (all.empty() ? "" : " ") + word;
        seen.push_back(std::move(word));
    }
    return all;
}

Call mon_call(const Alert& alert, const AlertNames& names, const Group& group) {
    const bool up = group.kind == EventKind::Rose;
    const auto service = names.services.find(group.pool);
    const auto service_word = service == names.services.end() ? "several" : service->second;
    const auto pool = printable(group.pool);
    const auto backends =
        words_of(group.batch, [](const Notice& n) { return printable(n.backend); });

    Call call;
    call.told = group.batch.notices.size();
    call.command = {alert.exec.front(),
                    "-s",
                    service_word,
                    "-g",
                    pool,
                    "-h",
                    words_of(group.batch, [](const Notice& n) { return to_string(n.endpoint.ip); }),
                    "-t",
                    fmt::format("{}", epoch_seconds(group.batch.notices.back().at))};
    if (up)
        call.command.emplace_back("-u");
    call.command.insert(call.command.end(), alert.exec.begin() + 1, alert.exec.end());

    call.environment = environment_of(names, group.batch);
    const auto details = lines(group.batch);
    const auto add = [&](std::string_view name, std::string_view value) {
        call.environment.push_back(fmt::format("MON_{}={}", name, value));
    };
    add("GROUP", pool);
    add("SERVICE", service_word);
    add("LAST_SUMMARY", backends);
    add("LAST_OUTPUT", std::string_view(details).substr(0, argument_room));
    add("ALERTTYPE", up ? "up" : "failure");
    add("RETVAL", up ? "0" : "1");
    add("OPSTATUS", up ? "1" : "0");
    call.input = backends + '\n' + details;
    return call;
}

// A header's text: what is not ASCII has no place there.
std::string in_header(std::string_view text) {
    std::string line = printable(text, 200);
    for (char& c : line)
        if (static_cast<unsigned char>(c) > 0x7e)
            c = '?';
    return line;
}

} // namespace

AlertNames alert_names(const Config& config) {
    AlertNames names{config.node, {}};
    for (const auto& pool : config.pools)
        names.services[pool.name] =
            pool.check ? std::visit(KindWord{}, pool.check->kind) : "service";
    return names;
}

std::string summary(const Notice& notice) {
    const auto reason = printable(notice.reason, said_most);
    return fmt::format("{} ({}) {}{}{} ({} of {} up)", who(notice), to_string(notice.endpoint),
                       state_text(notice), reason.empty() ? "" : ": ", reason, notice.up,
                       notice.total);
}

std::vector<Call> program_calls(const Alert& alert, const AlertNames& names, const Batch& batch) {
    std::vector<Call> calls;
    if (alert.exec.empty())
        return calls;
    if (alert.convention == AlertConvention::Mon) {
        for (const auto& group : groups_of(batch, alert.pace.burst))
            calls.push_back(mon_call(alert, names, group));
        return calls;
    }
    calls.push_back({alert.exec, environment_of(names, batch), lines(batch),
                     batch.notices.size() + batch.lost});
    return calls;
}

Call mail_call(const Alert& alert, const AlertNames& names, const Batch& batch, Time now) {
    Call call;
    call.told = batch.notices.size() + batch.lost;
    // -i: a line with one dot does not end the mail.
    call.command = {alert.sendmail, "-i"};
    if (!alert.from.empty())
        call.command.insert(call.command.end(), {"-f", alert.from});
    call.command.insert(call.command.end(), alert.mail.begin(), alert.mail.end());
    call.environment = {std::string(usual_path)};

    const auto node = in_header(names.node);
    std::string to;
    for (const auto& address : alert.mail)
        to += (to.empty() ? "" : ",\n ") + address;
    call.input = alert.from.empty() ? "" : fmt::format("From: {}\n", alert.from);
    call.input += fmt::format("To: {}\n"
                              "Subject: {}{}\n"
                              "Date: {}\n"
                              "Auto-Submitted: auto-generated\n"
                              "MIME-Version: 1.0\n"
                              "Content-Type: text/plain; charset=utf-8\n"
                              "Content-Transfer-Encoding: 8bit\n"
                              "\n",
                              to, node.empty() ? "" : node + ": ", in_header(headline(batch)),
                              mail_date(now));
    call.input += lines(batch);
    return call;
}

} // namespace nfc
