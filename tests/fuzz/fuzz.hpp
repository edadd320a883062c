// What attacks a reader: bytes that nobody meant to send.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

using Bytes = std::vector<std::uint8_t>;

// A reader, and what has to hold of whatever it makes of the input. It dies where
// something does not: the sanitizers say where.
struct Target {
    std::string_view name; // and of its folder of seeds
    void (*run)(std::string_view input);
};

const std::vector<Target>& targets();

// Dies if it is not so.
void must(bool so, const char* what);

// --- what the driver rests on

// Input that differs a little from `parents`, one at least; `words` are taken from
// all seeds of a target.
class Mutator {
public:
    Mutator(std::uint64_t seed, std::vector<std::string> words)
        : state_(seed | 1), words_(std::move(words)) {}

    std::string next(const std::vector<std::string>& parents);
    std::size_t below(std::size_t bound); // bound > 0

private:
    void change(std::string& text, const std::string& other);

    std::uint64_t state_;
    std::vector<std::string> words_;
};

// Which ways through the code an input took.
namespace coverage {
void begin();
bool is_new(); // a way, or a number of times, that no input before it had
std::size_t ways();
} // namespace coverage

} // namespace fuzz
