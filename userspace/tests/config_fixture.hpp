// SPDX-License-Identifier: GPL-2.0
// Configurations that tests write down, and what is said of them.
#pragma once

#include "core/config.hpp"
#include "core/config_reader.hpp"

#include <gtest/gtest.h>
#include <string>

namespace nfc::written {

// What is wrong with a text, a line each, without the name of the file.
inline std::string errors(const std::string& text) {
    std::string all;
    const auto read = read_config("f", text);
    EXPECT_EQ(read.config.has_value(), read.errors.empty());
    for (const auto& error : read.errors) {
        EXPECT_EQ(error.text.substr(0, 2), "f:");
        all += error.text.substr(2) + '\n';
    }
    return all;
}

inline Config config(const std::string& text) {
    const auto read = read_config("f", text);
    EXPECT_TRUE(read.config) << (read.errors.empty() ? "" : read.errors[0].text);
    return read.config.value_or(Config{});
}

// A pool that is well but for what the test has in mind.
inline std::string pool(const std::string& lines) {
    return "[pool.p]\ndriver = \"condition\"\n"
           "backends = [ { address = \"10.0.0.1\", condition = \"a\" } ]\n" +
           lines + '\n';
}

inline std::string check(const std::string& keys) {
    return pool("check = { " + keys + " }");
}

inline Check read_one(const std::string& keys) {
    return config(check(keys)).pools.at(0).check.value();
}

} // namespace nfc::written
