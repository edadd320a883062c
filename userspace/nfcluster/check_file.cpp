// SPDX-License-Identifier: GPL-2.0
// nfcluster check: would the daemon take this file, and would it work here?
#include "nfcluster/config_file.hpp"
#include "nfcluster/config_warnings.hpp"
#include "nfcluster/findings.hpp"

#include <fmt/ostream.h>

namespace nfc {

Exit check_file(Host& host, const FileOptions& options) {
    const auto config = load_config(host, options.file);
    if (!config)
        return complain(host, config.error());

    const auto findings = warnings_of(host, *config);
    if (options.json)
        host.out << dump({{"file", options.file},
                          {"clusters", config->clusters.size()},
                          {"pools", config->pools.size()},
                          {"findings", to_json(findings)}});
    else
        fmt::print(host.out, "{}{}: {} clusters, {} pools, {}\n", to_text(findings, host.terminal),
                   options.file, config->clusters.size(), config->pools.size(),
                   any_bad(findings) ? "valid, but it will not work here as it is" : "fine");
    return any_bad(findings) ? Exit::No : Exit::Yes;
}

} // namespace nfc
