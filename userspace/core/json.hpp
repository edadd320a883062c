// SPDX-License-Identifier: GPL-2.0
// JSON for programs: fields in the order in which we say them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace nfc {

using Json = nlohmann::ordered_json;

// With a newline. What the kernel lets people name may be bytes that are no text.
inline std::string dump(const Json& json, bool pretty = true) {
    return json.dump(pretty ? 2 : -1, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace nfc
