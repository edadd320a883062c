#include "fuzz.hpp"

#include <algorithm>

namespace fuzz {

namespace {

constexpr std::size_t longest = 64 * 1024;
constexpr std::string_view edges[] = {
    "0",     "-1",    "1",          "255",        "256",
    "65535", "65536", "4294967295", "4294967296", "18446744073709551616",
    "0x",    "",      " ",          "\n",         "\r\n",
    "\"",    "'",     "\\",         "\\u0000",    "[",
    "]",     "{",     "}",          ",",          ":",
    "=",     "#",     "\xff\xff",   "\xc0\x0c",
};

} // namespace

std::size_t Mutator::below(std::size_t bound) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return (state_ >> 11) % bound;
}

void Mutator::change(std::string& text, const std::string& other) {
    const auto at = below(text.size() + 1);
    const auto left = text.size() - at;
    switch (below(9)) {
    case 0: // a bit
        if (left)
            text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        break;
    case 1: // a byte
        if (left)
            text[at] = static_cast<char>(below(256));
        break;
    case 2: // cut out
        text.erase(at, below(std::min<std::size_t>(left, 32) + 1));
        break;
    case 3: // cut off
        if (below(4) == 0)
            text.resize(at);
        break;
    case 4: // twice
        if (left)
            text.insert(at, text.substr(at, 1 + below(std::min<std::size_t>(left, 64))));
        break;
    case 5: // a word of the seeds
        if (!words_.empty())
            text.insert(at, words_[below(words_.size())]);
        break;
    case 6: // a word in the place of others
        if (!words_.empty()) {
            const auto& word = words_[below(words_.size())];
            text.replace(at, std::min(left, word.size()), word);
        }
        break;
    case 7: { // what readers stumble over
        const auto edge = edges[below(std::size(edges))];
        text.replace(at, std::min(left, below(edge.size() + 1)), edge);
        break;
    }
    default: // from here on another
        if (!other.empty())
            text = text.substr(0, at) + other.substr(below(other.size()));
        break;
    }
    if (text.size() > longest)
        text.resize(longest);
}

std::string Mutator::next(const std::vector<std::string>& parents) {
    // The young ones know ways that the old ones do not.
    const auto pick = [&]() -> const std::string& {
        const auto half = below(2) ? parents.size() / 2 : 0;
        return parents[half + below(parents.size() - half)];
    };
    std::string text = pick();
    for (auto changes = 1 + below(1 + below(8)); changes; --changes)
        change(text, pick());
    return text;
}

} // namespace fuzz
