// SPDX-License-Identifier: GPL-2.0
// Requests and replies.
#include "control/protocol.hpp"

#include "control/json_reader.hpp"
#include "core/planner.hpp"

namespace nfc::control {

namespace {

constexpr Word<Verb> verbs[] = {{"status", Verb::Status},   {"reload", Verb::Reload},
                                {"events", Verb::Events},   {"drain", Verb::Drain},
                                {"disable", Verb::Disable}, {"enable", Verb::Enable},
                                {"weight", Verb::Weight}};
constexpr Word<Kind> error_kinds[] = {{"bad_input", Kind::BadInput},
                                      {"no_cluster", Kind::NoCluster},
                                      {"refused", Kind::Refused},
                                      {"unavailable", Kind::Unavailable}};

Result<Json> parse(std::string_view line) {
    auto json = Json::parse(line, nullptr, false);
    if (json.is_discarded())
        return bad_value("message", line.substr(0, 60), "one JSON object on a line");
    return json;
}

std::string to_line(const Json& json) {
    return nfc::dump(json, false);
}

} // namespace

bool names_backend(Verb verb) {
    return verb == Verb::Drain || verb == Verb::Disable || verb == Verb::Enable ||
           verb == Verb::Weight;
}

std::string to_line(const Request& request) {
    Json json{{"do", word_for(request.verb, verbs)}};
    if (names_backend(request.verb))
        json["backend"] = request.backend;
    if (request.verb == Verb::Weight)
        json["weight"] = request.weight;
    return to_line(json);
}

std::string ok_line(const Json& value) {
    return to_line(Json{{"ok", value}});
}

std::string error_line(const Error& error) {
    return to_line(
        Json{{"error", {{"kind", word_for(error.kind, error_kinds)}, {"text", error.text}}}});
}

std::string event_line(const Notice& notice) {
    return to_line(Json{{"event", to_json(notice)}});
}

Result<Request> read_request(std::string_view line) {
    const auto json = parse(line);
    if (!json)
        return json.error();
    std::optional<Error> problem;
    JsonReader reader(*json, "", problem);
    Request request;
    request.verb = reader.choice("do", verbs);
    if (!problem && names_backend(request.verb))
        request.backend = reader.text("backend");
    if (!problem && request.verb == Verb::Weight)
        request.weight = static_cast<unsigned>(reader.number("weight", node_weight_most));
    reader.end();
    if (problem)
        return *problem;
    return request;
}

Result<Json> read_reply(std::string_view line) {
    const auto json = parse(line);
    if (!json)
        return Error{Kind::Unavailable, "the daemon's answer makes no sense: " + json.error().text};
    if (json->is_object() && json->size() == 1 && json->contains("ok"))
        return json->at("ok");
    std::optional<Error> problem;
    JsonReader reader(*json, "", problem);
    auto inner = reader.object("error");
    const Error told{inner.choice("kind", error_kinds), inner.text("text")};
    inner.end();
    reader.end();
    if (problem)
        return Error{Kind::Unavailable, "the daemon's answer makes no sense: " + problem->text};
    return told;
}

Result<Notice> read_event(std::string_view line) {
    const auto json = parse(line);
    if (!json)
        return json.error();
    if (!json->is_object() || json->size() != 1 || !json->contains("event"))
        return bad_value("message", line.substr(0, 60), "an event");
    return read_notice(json->at("event"));
}

} // namespace nfc::control
