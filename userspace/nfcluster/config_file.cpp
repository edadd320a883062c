// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/config_file.hpp"

#include "drivers/fd.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/ostream.h>

namespace nfc {

Result<Config> load_config(const std::string& file, std::vector<std::string>& errors) {
    const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    if (!fd || !read_all(fd, text))
        return Error{Kind::Unavailable, fmt::format("cannot read {}: {}", file, errno_text(errno))};

    auto read = read_config(file, text);
    if (read.config)
        return std::move(*read.config);
    for (const auto& error : read.errors)
        errors.push_back(error.text);
    return Error{Kind::BadInput, fmt::format("{}: {} {}", file, errors.size(),
                                             errors.size() == 1 ? "error" : "errors")};
}

Result<Config> load_config(Host& host, const std::string& file) {
    std::vector<std::string> errors;
    auto config = load_config(file, errors);
    for (const auto& error : errors)
        fmt::print(host.err, "{}\n", error);
    return config;
}

} // namespace nfc
