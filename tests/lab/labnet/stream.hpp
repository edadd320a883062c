// Long downloads: bytes that both ends can compute, sent slowly.
#pragma once

#include "common.hpp"

#include <map>
#include <optional>

namespace labnet {

// What a client asks a server for, as one line.
struct StreamRequest {
    std::uint64_t seed = 0;
    std::uint64_t size = 0;
    std::uint64_t chunk = 0;
    Milliseconds interval{0}; // between chunks

    static std::optional<StreamRequest> parse(const std::string& line);
    std::string line() const;
};

// Byte number `offset` of the stream that a seed stands for.
std::uint8_t stream_byte(std::uint64_t seed, std::uint64_t offset);

// The streams that a server is sending.
class Streams {
public:
    void begin(int fd, const StreamRequest& request);
    void forget(int fd) { open_.erase(fd); }
    // For epoll_wait: until a chunk is due; -1 without streams.
    int timeout_ms() const;
    // Sends what is due. Returns the connections that are over.
    std::vector<int> send_due();

private:
    struct Stream {
        StreamRequest request;
        std::uint64_t sent = 0;
        std::uint64_t allowed = 0; // what may have been sent by now
        Clock::time_point next;
    };
    static bool go_on(int fd, Stream& stream); // false: it is over
    std::map<int, Stream> open_;
};

} // namespace labnet
