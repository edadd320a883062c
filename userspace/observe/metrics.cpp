// SPDX-License-Identifier: GPL-2.0
#include "observe/metrics.hpp"

#include "core/faults.hpp"
#include "observe/printable.hpp"
#include "observe/words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <prometheus/text_serializer.h>
#include <sstream>
#include <utility>

namespace nfc {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using Labels = std::vector<ClientMetric::Label>;

struct Metric {
    std::string_view name;
    MetricType type;
    std::string_view help;
};

constexpr auto gauge = MetricType::Gauge;
constexpr auto counter = MetricType::Counter;

constexpr Metric metrics[] = {
    {"nfcluster_build_info", gauge, "Always 1; the labels say what runs here."},
    {"nfcluster_start_time_seconds", gauge, "When the daemon began, in Unix time."},
    {"nfcluster_config_load_time_seconds", gauge,
     "When the configuration that holds now was loaded, in Unix time."},
    {"nfcluster_config_reload_failed", gauge,
     "1 if the last try to load another configuration went wrong."},
    {"nfcluster_kernel_changes_total", counter, "Changes made in the kernel."},
    {"nfcluster_alert_calls_total", counter, "Alert programs, or mails, that went well."},
    {"nfcluster_alert_failures_total", counter, "Alert programs, or mails, that did not."},
    {"nfcluster_alert_lost_total", counter, "Events of which only the number was told."},
    {"nfcluster_down_time_log_failed", gauge, "1 while the log of down times cannot be written."},
    {"nfcluster_pool_backends", gauge, "Backends that the pool has."},
    {"nfcluster_pool_backends_up", gauge, "Backends of the pool that are up."},
    {"nfcluster_pool_blind", gauge, "1 while all are down and serve nevertheless."},
    {"nfcluster_pool_sorry", gauge, "1 while the sorry backend serves."},
    {"nfcluster_pool_failed", gauge, "1 while the kernel could not be told."},
    {"nfcluster_backend_info", gauge, "Always 1; the labels say where the backend is."},
    {"nfcluster_backend_up", gauge,
     "1 if the backend is up, as far as its checks tell; without checks it is believed."},
    {"nfcluster_backend_known", gauge, "0 until the first check of the backend has its answer."},
    {"nfcluster_backend_serving", gauge, "1 while the backend gets new connections."},
    {"nfcluster_backend_weight", gauge, "The weight that the backend has now."},
    {"nfcluster_backend_configured_weight", gauge, "The weight in the configuration."},
    {"nfcluster_backend_duty", gauge, "1 for what the backend was told to do, 0 for the others."},
    {"nfcluster_backend_since_time_seconds", gauge,
     "Since when the backend has been up or down, in Unix time."},
    {"nfcluster_backend_warning", gauge,
     "1 if the check warns of something, such as a certificate that ends soon."},
    {"nfcluster_backend_check_latency_seconds", gauge, "How long the last check took."},
    {"nfcluster_backend_checks_total", counter, "Checks of the backend."},
    {"nfcluster_backend_check_failures_total", counter, "Checks of the backend that failed."},
    {"nfcluster_backend_falls_total", counter, "How often the backend went down."},
    {"nfcluster_cluster_quorate", gauge, "1 if this node may take part in the shared address."},
    {"nfcluster_cluster_failed", gauge, "1 while something is wrong with it on this node."},
    {"nfcluster_cluster_slots", gauge, "Slots that the shared address has."},
    {"nfcluster_cluster_slots_unanswered", gauge, "Slots that no node is known to answer for."},
    {"nfcluster_cluster_slots_doubled", gauge, "Slots that more than one node answers for."},
    {"nfcluster_node_up", gauge,
     "1 if the node's daemon is heard, takes part, and says that its service is well."},
    {"nfcluster_node_weight", gauge, "The weight of the node in the plan."},
    {"nfcluster_node_slots", gauge, "Slots that the node has, by their state."},
    {"nfcluster_cluster_packets_total", counter,
     "Packets to a shared address, by what this node did with them."},
    {"nfcluster_statmark_flows_total", counter, "Flows that STATMARK gave to the backend."},
    {"nfcluster_statmark_packets_total", counter, "Packets that STATMARK gave to the backend."},
};

double unix_seconds(Time time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

// What has been said of each metric.
class Page {
public:
    Page() {
        for (const auto& metric : metrics)
            families_.push_back(
                {std::string(metric.name), std::string(metric.help), metric.type, {}});
    }

    void set(std::string_view name, const Labels& labels, double value) {
        const auto family = std::ranges::find(families_, name, &MetricFamily::name);
        ClientMetric one;
        one.label = labels;
        if (family->type == counter)
            one.counter.value = value;
        else
            one.gauge.value = value;
        family->metric.push_back(std::move(one));
    }
    void set(std::string_view name, const Labels& labels, std::uint64_t value) {
        set(name, labels, static_cast<double>(value));
    }
    void set(std::string_view name, const Labels& labels, bool value) {
        set(name, labels, value ? 1.0 : 0.0);
    }

    std::string text() {
        std::erase_if(families_, [](const auto& family) { return family.metric.empty(); });
        std::ostringstream out;
        out.imbue(std::locale::classic());
        prometheus::TextSerializer().Serialize(out, families_);
        return std::move(out).str();
    }

private:
    std::vector<MetricFamily> families_;
};

// The serializer writes quotes and newlines as Prometheus wants them; what is no
// UTF-8 would make it refuse the whole page.
std::string label(std::string_view text) {
    return printable(text, 200);
}

void show_backend(Page& page, const std::string& pool, const BackendStatus& backend) {
    const Labels labels{{"pool", pool}, {"backend", label(backend.name)}};
    const auto with = [&](std::string_view name, std::string_view value) {
        auto more = labels;
        more.push_back({std::string(name), std::string(value)});
        return more;
    };
    const auto set = [&](std::string_view name, auto value) { page.set(name, labels, value); };
    page.set("nfcluster_backend_info", with("address", to_string(backend.endpoint)), true);
    set("nfcluster_backend_up", !backend.checked || backend.standing == Standing::Up);
    set("nfcluster_backend_known", !backend.checked || backend.standing != Standing::Unknown);
    set("nfcluster_backend_serving", backend.share.live());
    set("nfcluster_backend_weight", std::uint64_t{backend.share.weight});
    set("nfcluster_backend_configured_weight", std::uint64_t{backend.configured});
    for (const auto duty : {Duty::Serve, Duty::Drain, Duty::Off})
        page.set("nfcluster_backend_duty", with("duty", words::of(duty)), backend.duty == duty);
    if (!backend.checked)
        return;
    set("nfcluster_backend_since_time_seconds", unix_seconds(backend.since));
    set("nfcluster_backend_warning", !backend.warning.empty());
    set("nfcluster_backend_check_latency_seconds",
        std::chrono::duration<double>(backend.latency).count());
    set("nfcluster_backend_checks_total", backend.checks);
    set("nfcluster_backend_check_failures_total", backend.failures);
    set("nfcluster_backend_falls_total", backend.falls);
}

void show_pool(Page& page, const PoolStatus& pool) {
    const auto name = label(pool.name);
    const Labels labels{{"pool", name}, {"driver", label(pool.driver)}};
    const auto up = std::ranges::count_if(pool.backends, [](const auto& backend) {
        return !backend.checked || backend.standing == Standing::Up;
    });
    page.set("nfcluster_pool_backends", labels, std::uint64_t{pool.backends.size()});
    page.set("nfcluster_pool_backends_up", labels, static_cast<std::uint64_t>(up));
    page.set("nfcluster_pool_blind", labels, pool.blind);
    page.set("nfcluster_pool_sorry", labels, pool.sorry);
    page.set("nfcluster_pool_failed", labels, !pool.problem.empty());
    for (const auto& backend : pool.backends)
        show_backend(page, name, backend);
}

void show_cluster(Page& page, const ClusterStatus& cluster) {
    const Labels labels{{"cluster", label(cluster.name)}, {"address", to_string(cluster.address)}};
    const auto faults = faults_of(cluster);
    page.set("nfcluster_cluster_quorate", labels, cluster.quorate);
    page.set("nfcluster_cluster_failed", labels, !cluster.problem.empty());
    page.set("nfcluster_cluster_slots", labels, std::uint64_t{cluster.slots});
    page.set("nfcluster_cluster_slots_unanswered", labels, std::uint64_t{faults.unanswered.size()});
    page.set("nfcluster_cluster_slots_doubled", labels, std::uint64_t{faults.doubled.size()});
    for (const auto& node : cluster.nodes) {
        const Labels whose{{"cluster", label(cluster.name)}, {"node", label(node.name)}};
        page.set("nfcluster_node_up", whose,
                 node.presence == Presence::Member && node.problem.empty() && node.is_well());
        page.set("nfcluster_node_weight", whose, std::uint64_t{node.weight});
        for (const auto state : {SlotState::On, SlotState::Drain, SlotState::Fill}) {
            auto with = whose;
            with.push_back({"state", std::string(to_string(state))});
            page.set("nfcluster_node_slots", with,
                     static_cast<std::uint64_t>(std::ranges::count(node.slots, state)));
        }
    }
}

void show_snapshot(Page& page, const Snapshot& snapshot) {
    page.set("nfcluster_build_info",
             {{"version", label(snapshot.version)}, {"node", label(snapshot.node)}}, true);
    page.set("nfcluster_start_time_seconds", {}, unix_seconds(snapshot.started));
    page.set("nfcluster_config_load_time_seconds", {}, unix_seconds(snapshot.loaded));
    page.set("nfcluster_config_reload_failed", {}, !snapshot.reload_problem.empty());
    page.set("nfcluster_kernel_changes_total", {}, snapshot.kernel_changes);
    for (const auto& pool : snapshot.pools)
        show_pool(page, pool);
    for (const auto& cluster : snapshot.clusters)
        show_cluster(page, cluster);
}

void show_alerts(Page& page, std::string_view way, const std::optional<AlertCount>& count) {
    if (!count)
        return;
    const Labels labels{{"way", std::string(way)}};
    page.set("nfcluster_alert_calls_total", labels, count->calls);
    page.set("nfcluster_alert_failures_total", labels, count->failures);
    page.set("nfcluster_alert_lost_total", labels, count->lost);
}

void show_kernel(Page& page, const Shown& shown) {
    for (const auto& cluster : shown.clusters)
        for (const auto& [verdict, packets] : cluster.packets)
            page.set("nfcluster_cluster_packets_total",
                     {{"address", label(cluster.address)}, {"verdict", verdict}}, packets);
    for (const auto& pool : shown.pools)
        for (const auto& row : pool.rows) {
            const Labels labels{{"pool", label(pool.name)},
                                {"mark", fmt::format("{}", row.backend.mark)}};
            page.set("nfcluster_statmark_flows_total", labels, row.flows);
            page.set("nfcluster_statmark_packets_total", labels, row.packets);
        }
}

} // namespace

std::string metrics_text(const Shown& shown) {
    Page page;
    if (shown.snapshot)
        show_snapshot(page, *shown.snapshot);
    show_alerts(page, "exec", shown.programs);
    show_alerts(page, "mail", shown.mails);
    if (shown.down_times_problem)
        page.set("nfcluster_down_time_log_failed", {}, *shown.down_times_problem);
    show_kernel(page, shown);
    return page.text();
}

std::vector<std::string_view> metric_names() {
    std::vector<std::string_view> names;
    for (const auto& metric : metrics)
        names.push_back(metric.name);
    return names;
}

} // namespace nfc
