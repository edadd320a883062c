#include "stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sstream>
#include <sys/socket.h>

namespace labnet {

std::optional<StreamRequest> StreamRequest::parse(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    StreamRequest request;
    std::uint64_t interval = 0;
    if (!(words >> verb >> request.seed >> request.size >> request.chunk >> interval) ||
        verb != "stream" || !request.chunk || !interval)
        return {};
    request.interval = Milliseconds(interval);
    return request;
}

std::string StreamRequest::line() const {
    std::ostringstream words;
    words << "stream " << seed << ' ' << size << ' ' << chunk << ' ' << interval.count() << '\n';
    return words.str();
}

// Eight bytes each are the mixed number of their word: a byte from another place,
// or from another stream, is almost always a wrong one.
std::uint8_t stream_byte(std::uint64_t seed, std::uint64_t offset) {
    std::uint64_t word = (seed << 40) + offset / 8 + 1;
    word *= 0x9e3779b97f4a7c15;
    word = (word ^ word >> 29) * 0xbf58476d1ce4e5b9;
    return static_cast<std::uint8_t>((word ^ word >> 32) >> offset % 8 * 8);
}

void Streams::begin(int fd, const StreamRequest& request) {
    open_[fd] = {request, 0, request.chunk, Clock::now()};
}

int Streams::timeout_ms() const {
    if (open_.empty())
        return -1;
    const auto first = std::min_element(open_.begin(), open_.end(), [](auto& one, auto& other) {
        return one.second.next < other.second.next;
    });
    return left_ms(first->second.next);
}

std::vector<int> Streams::send_due() {
    std::vector<int> over;
    const auto now = Clock::now();
    for (auto& [fd, stream] : open_) {
        if (stream.next > now)
            continue;
        if (!go_on(fd, stream))
            over.push_back(fd);
        stream.allowed += stream.request.chunk;
        // After a pause it goes on; it does not catch up.
        stream.next = std::max(stream.next + stream.request.interval, now);
    }
    return over;
}

bool Streams::go_on(int fd, Stream& stream) {
    const std::uint64_t end = std::min(stream.allowed, stream.request.size);
    while (stream.sent < end) {
        std::array<std::uint8_t, 4096> data;
        const std::size_t size = std::min<std::uint64_t>(data.size(), end - stream.sent);
        for (std::size_t i = 0; i < size; ++i)
            data[i] = stream_byte(stream.request.seed, stream.sent + i);
        const ssize_t sent = send(fd, data.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR; // the rest with the next chunk
        stream.sent += static_cast<std::uint64_t>(sent);
    }
    return stream.sent < stream.request.size;
}

} // namespace labnet
