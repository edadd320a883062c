// SPDX-License-Identifier: GPL-2.0
// On the wire, numbers with the highest byte first:
//   "nfhb"  version:1  flags:1  incarnation:8  sequence:8  heard:8  id:4
//   address's length:1  address  name's length:1  name  message's length:2  message
// and a signature if the flags say so. A version that has to add something adds it
// behind the message: version 1 refuses it.
#include "membership/beat.hpp"

#include "membership/message.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <span>

namespace nfc {

namespace {

constexpr std::string_view beat_magic = "nfhb";
constexpr std::size_t longest_node = 64;

enum BeatFlag : std::uint8_t { leaving_flag = 1, signed_flag = 2 };

std::string_view as_text(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <typename T>
void put_number(std::string& bytes, T number) {
    for (std::size_t i = sizeof(T); i-- > 0;)
        bytes += static_cast<char>(number >> i * 8);
}

// The length first.
template <typename Length>
void put_text(std::string& bytes, std::string_view text) {
    put_number(bytes, static_cast<Length>(text.size()));
    bytes += text;
}

// Gives nothing any more when it has come to the end.
class BeatReader {
public:
    explicit BeatReader(std::string_view bytes) : rest_(bytes) {}

    std::string_view text(std::size_t size) {
        if (size > rest_.size())
            short_ = true;
        const auto some = rest_.substr(0, size);
        rest_.remove_prefix(some.size());
        return some;
    }
    template <typename T>
    T number() {
        std::uint64_t value = 0;
        for (const char c : text(sizeof(T)))
            value = value << 8 | static_cast<std::uint8_t>(c);
        return static_cast<T>(value);
    }
    template <typename Length>
    std::string_view counted() {
        return text(number<Length>());
    }
    std::size_t left() const { return rest_.size(); }
    bool whole() const { return !short_; }

private:
    std::string_view rest_;
    bool short_ = false;
};

Error no_beat(std::string_view why) {
    return {Kind::BadInput, fmt::format("heartbeat: {}", why)};
}

bool read_address(std::string_view bytes, Ip& ip) {
    if (bytes.size() != 4 && bytes.size() != 16)
        return false;
    ip.family = bytes.size() == 4 ? Family::V4 : Family::V6;
    std::ranges::copy(bytes, ip.bytes.begin());
    return true;
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= longest_node &&
           std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

} // namespace

std::string write_beat(const Beat& beat, bool to_be_signed) {
    std::string bytes(beat_magic);
    put_number(bytes, static_cast<std::uint8_t>(beat_version));
    put_number(bytes, static_cast<std::uint8_t>((beat.leaving ? leaving_flag : 0) |
                                                (to_be_signed ? signed_flag : 0)));
    put_number(bytes, beat.incarnation);
    put_number(bytes, beat.sequence);
    put_number(bytes, beat.heard);
    put_number(bytes, beat.id);
    const auto length = beat.cluster.family == Family::V4 ? 4U : 16U;
    put_text<std::uint8_t>(bytes, as_text(std::span(beat.cluster.bytes).first(length)));
    put_text<std::uint8_t>(bytes, std::string_view(beat.node).substr(0, longest_node));
    put_text<std::uint16_t>(bytes, beat.message);
    return bytes;
}

Result<SignedBeat> read_beat(std::string_view bytes) {
    BeatReader reader(bytes);
    if (reader.text(beat_magic.size()) != beat_magic)
        return no_beat("it is something else");
    const auto version = reader.number<std::uint8_t>();
    if (version != beat_version)
        return no_beat(
            fmt::format("it is of version {}, and this is version {}", version, beat_version));
    const auto flags = reader.number<std::uint8_t>();
    SignedBeat all;
    auto& beat = all.beat;
    beat.leaving = flags & leaving_flag;
    beat.incarnation = reader.number<std::uint64_t>();
    beat.sequence = reader.number<std::uint64_t>();
    beat.heard = reader.number<std::uint64_t>();
    beat.id = reader.number<std::uint32_t>();
    const auto address = reader.counted<std::uint8_t>();
    beat.node = reader.counted<std::uint8_t>();
    beat.message = reader.counted<std::uint16_t>();
    all.text = bytes.substr(0, bytes.size() - reader.left());
    all.signature = reader.text(flags & signed_flag ? signature_size : 0);

    if (!reader.whole() || reader.left() || flags > (leaving_flag | signed_flag))
        return no_beat("it is cut off, or too long");
    if (!read_address(address, beat.cluster) || !is_name(beat.node) || !beat.incarnation ||
        beat.message.size() > message_longest)
        return no_beat("its fields make no sense");
    return all;
}

} // namespace nfc
