// Attacks readers with inputs that grow from seeds: what takes a new way through
// the code is kept, and changed again. TAP, a line a reader; an input that kills is
// left in a file.
//   fuzz --seeds DIR --out DIR --seconds N [--seed N] [--list] [TARGET...]
//   fuzz --replay TARGET FILE...
#include "fuzz.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

extern "C" void __sanitizer_set_death_callback(void (*callback)());

namespace fuzz {

void must(bool so, const char* what) {
    if (so)
        return;
    std::fprintf(stderr, "it does not hold: %s\n", what);
    std::abort();
}

namespace {

using Clock = std::chrono::steady_clock;
constexpr unsigned patience = 10; // seconds for one input

// What kills has to be written by who dies of it.
std::string current;
std::string last_words;

void bury() {
    std::ofstream(last_words, std::ios::binary)
        .write(current.data(), static_cast<std::streamsize>(current.size()));
}

void die(int signal) {
    bury();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

std::string content(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> read_seeds(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<std::string> seeds;
    for (const auto& file : files)
        seeds.push_back(content(file));
    return seeds;
}

// Whatever stands between blanks and signs.
std::vector<std::string> words_of(const std::vector<std::string>& seeds) {
    std::set<std::string> words;
    for (const auto& seed : seeds) {
        std::string word;
        for (const char c : seed + " ")
            if (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-')
                word += c;
            else if (!word.empty()) {
                if (word.size() <= 32)
                    words.insert(word);
                word.clear();
            }
    }
    return {words.begin(), words.end()};
}

struct Plan {
    std::filesystem::path seeds, out;
    unsigned seconds = 20;
    std::uint64_t seed = 1;
    std::vector<const Target*> targets;
};

void try_one(const Target& target, const std::string& input) {
    current = input;
    coverage::begin();
    ::alarm(patience);
    target.run(current);
}

// In a process of its own, which may die.
int attack(const Target& target, const Plan& plan, double seconds) {
    last_words = plan.out / (std::string(target.name) + ".killer");
    __sanitizer_set_death_callback(bury);
    for (const int signal : {SIGABRT, SIGALRM, SIGSEGV})
        std::signal(signal, die);

    auto kept = read_seeds(plan.seeds / target.name);
    Mutator mutator(plan.seed, words_of(kept));
    kept.emplace_back();
    for (const auto& seed : std::vector(kept)) {
        try_one(target, seed);
        coverage::is_new();
    }
    std::uint64_t count = 0;
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    while (Clock::now() < end)
        for (int some = 0; some < 64; ++some, ++count) {
            const auto input = mutator.next(kept);
            try_one(target, input);
            if (coverage::is_new())
                kept.push_back(input);
        }
    ::alarm(0);
    std::printf("# %s: %llu inputs, %zu kept, %zu ways\n", target.name.data(),
                static_cast<unsigned long long>(count), kept.size(), coverage::ways());
    std::fflush(stdout);
    // Who reached nothing has tested nothing.
    return count && coverage::ways() > 10 ? 0 : 1;
}

int attack_all(const Plan& plan) {
    int failures = 0, number = 0;
    std::filesystem::create_directories(plan.out);
    std::printf("TAP version 13\n1..%zu\n", plan.targets.size());
    for (const auto* target : plan.targets) {
        std::fflush(stdout);
        const auto child = ::fork();
        if (child == 0)
            std::_Exit(attack(*target, plan,
                              static_cast<double>(plan.seconds) /
                                  static_cast<double>(plan.targets.size())));
        int status = 1;
        ::waitpid(child, &status, 0);
        std::printf("%s %d - %s survives\n", status ? "not ok" : "ok", ++number,
                    target->name.data());
        if (status) {
            ++failures;
            std::printf("# seed %llu; what killed it, if it was killed: %s\n",
                        static_cast<unsigned long long>(plan.seed),
                        (plan.out / (std::string(target->name) + ".killer")).c_str());
        }
    }
    return failures ? 1 : 0;
}

const Target& target_of(std::string_view name) {
    for (const auto& target : targets())
        if (target.name == name)
            return target;
    std::fprintf(stderr, "fuzz: there is no %s\n", std::string(name).c_str());
    std::exit(2);
}

} // namespace
} // namespace fuzz

int main(int argc, char** argv) {
    fuzz::Plan plan;
    std::vector<std::string> words(argv + 1, argv + argc);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto value = [&]() -> const std::string& {
            if (++i == words.size())
                std::exit(2);
            return words[i];
        };
        if (words[i] == "--replay") {
            const auto& target = fuzz::target_of(value());
            while (++i < words.size())
                target.run(fuzz::content(words[i]));
            return 0;
        }
        if (words[i] == "--list") {
            for (const auto& target : fuzz::targets())
                std::printf("%s\n", target.name.data());
            return 0;
        }
        if (words[i] == "--seeds")
            plan.seeds = value();
        else if (words[i] == "--out")
            plan.out = value();
        else if (words[i] == "--seconds")
            plan.seconds = static_cast<unsigned>(std::atoi(value().c_str()));
        else if (words[i] == "--seed")
            plan.seed = std::strtoull(value().c_str(), nullptr, 10);
        else
            plan.targets.push_back(&fuzz::target_of(words[i]));
    }
    if (plan.targets.empty())
        for (const auto& target : fuzz::targets())
            plan.targets.push_back(&target);
    return fuzz::attack_all(plan);
}
