// Says things to a group of Corosync that make no sense there, from a process that has no
// business in it: noise, messages that it has heard cut short or with something behind
// them, a list of lists of lists, nothing at all.
//   shout GROUP COUNT PAUSE      milliseconds between two; seeded, so each run is the same
#include <corosync/cpg.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/uio.h>
#include <thread>
#include <unistd.h>

namespace {

constexpr std::size_t longest = 200'000; // ours are a tenth of it at most
std::string heard;                       // last, of somebody else

void done(cs_error_t error, const char* what) {
    if (error != CS_OK)
        throw std::runtime_error(std::string(what) + ": " + cs_strerror(error));
}

void on_message(cpg_handle_t, const cpg_name*, std::uint32_t, std::uint32_t process, void* bytes,
                std::size_t size) {
    if (process != static_cast<std::uint32_t>(getpid()))
        heard.assign(static_cast<const char*>(bytes), size);
}

class Shouter {
public:
    explicit Shouter(std::string_view name) {
        cpg_callbacks_t callbacks{on_message, nullptr};
        done(cpg_initialize(&group_, &callbacks), "cpg_initialize");
        cpg_name group{};
        group.length = static_cast<std::uint32_t>(name.copy(group.value, sizeof group.value));
        done(cpg_join(group_, &group), "cpg_join");
    }
    Shouter(const Shouter&) = delete;
    Shouter& operator=(const Shouter&) = delete;
    ~Shouter() { cpg_finalize(group_); }

    // False: Corosync has no time for it.
    bool say(std::string_view what) {
        iovec part{const_cast<char*>(what.data()), what.size()};
        const auto error = cpg_mcast_joined(group_, CPG_TYPE_AGREED, &part, 1);
        if (error == CS_ERR_TRY_AGAIN)
            return false;
        done(error, "cpg_mcast_joined");
        return true;
    }

    void hear() {
        if (const auto error = cpg_dispatch(group_, CS_DISPATCH_ALL); error != CS_ERR_TRY_AGAIN)
            done(error, "cpg_dispatch");
    }

private:
    cpg_handle_t group_ = 0;
};

class Nonsense {
public:
    std::string next() {
        switch (number_++ % 6) {
        case 0:
            return noise(up_to(2000));
        case 1: // cut short
            return heard.substr(0, heard.empty() ? 0 : up_to(heard.size() - 1));
        case 2:
            return heard + noise(1 + up_to(100));
        case 3: // lists of one, deeper than anybody's stack
            return std::string(longest, '\x81');
        case 4: // says that it is longer than it is
            return std::string("\xbb\xff\xff\xff\xff\xff\xff\xff\xff", 9) + noise(up_to(50));
        default:
            return "";
        }
    }

private:
    std::size_t up_to(std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most)(random_);
    }
    std::string noise(std::size_t size) {
        std::string bytes(size, '\0');
        std::ranges::generate(bytes, [this] { return static_cast<char>(random_()); });
        return bytes;
    }

    std::mt19937 random_{6}; // each run is the same
    unsigned number_ = 0;
};

} // namespace

int main(int count, char** words) try {
    if (count != 4)
        throw std::runtime_error("expected GROUP COUNT PAUSE");
    Shouter shouter(words[1]);
    Nonsense nonsense;
    const std::chrono::milliseconds pause(std::atoi(words[3]));
    int said = 0;
    for (int left = std::atoi(words[2]); left > 0; --left) {
        shouter.hear();
        said += shouter.say(nonsense.next());
        std::this_thread::sleep_for(pause);
    }
    std::printf("%d\n", said);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "shout: %s\n", error.what());
    return 1;
}
