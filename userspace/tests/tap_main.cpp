// SPDX-License-Identifier: GPL-2.0
// Runs the tests and says how they went in TAP.
#include <gtest/gtest.h>
#include <iostream>
#include <sstream>
#include <string>

namespace {

class Tap : public testing::EmptyTestEventListener {
    void OnTestProgramStart(const testing::UnitTest& all) override {
        std::cout << "TAP version 13\n1.." << all.test_to_run_count() << std::endl;
    }

    void OnTestPartResult(const testing::TestPartResult& part) override {
        if (!part.failed())
            return;
        std::istringstream lines(part.message());
        std::cout << "# " << (part.file_name() ? part.file_name() : "?") << ':'
                  << part.line_number() << '\n';
        for (std::string line; std::getline(lines, line);)
            std::cout << "#   " << line << '\n';
    }

    void OnTestEnd(const testing::TestInfo& test) override {
        // A skip is a failure.
        const bool good = test.result()->Passed() && !test.result()->Skipped();
        std::cout << (good ? "ok " : "not ok ") << ++number_ << " - " << test.test_suite_name()
                  << ": " << test.name() << std::endl;
    }

    int number_ = 0;
};

} // namespace

// For the fuzzer, which counts the ways through the same objects.
extern "C" void __sanitizer_cov_trace_pc() {}

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new Tap);
    return RUN_ALL_TESTS();
}
