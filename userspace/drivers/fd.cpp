// SPDX-License-Identifier: GPL-2.0
#include "drivers/fd.hpp"

#include <array>
#include <cerrno>
#include <system_error>

namespace nfc {

bool read_all(const Fd& fd, std::string& text) {
    std::array<char, 16384> chunk;

    for (;;) {
        const auto got = ::read(fd.get(), chunk.data(), chunk.size());
        if (got == 0)
            return true;
        if (got > 0)
            text.append(chunk.data(), static_cast<std::size_t>(got));
        else if (errno != EINTR)
            return false;
    }
}

std::string errno_text(int number) {
    return std::generic_category().message(number);
}

} // namespace nfc
