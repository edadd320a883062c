// SPDX-License-Identifier: GPL-2.0
// Asking the kernel by netlink.
#pragma once

#include "core/result.hpp"
#include "drivers/fd.hpp"

#include <cstdint>
#include <libmnl/libmnl.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nfc::netlink {

// The attributes of a message, behind its headers. Aligned as netlink wants it.
using Attributes = std::vector<std::uint8_t>;

// Builds them.
class Writer {
public:
    Writer();
    void put(std::uint16_t type, const void* data, std::size_t size);
    void put_u8(std::uint16_t type, std::uint8_t value) { put(type, &value, sizeof(value)); }
    void put_u16(std::uint16_t type, std::uint16_t value) { put(type, &value, sizeof(value)); }
    void put_u32(std::uint16_t type, std::uint32_t value) { put(type, &value, sizeof(value)); }
    void put_text(std::uint16_t type, const std::string& text) {
        put(type, text.c_str(), text.size() + 1);
    }
    // An attribute that holds others.
    void put_nested(std::uint16_t type, const Attributes& inner) {
        put(type | NLA_F_NESTED, inner.data(), inner.size());
    }
    const Attributes& attributes() const { return bytes_; }

private:
    Attributes bytes_;
};

// Reads them, whatever they are: what is cut off, of another length than it must
// have, or of a type above `most` is not there.
class Reader {
public:
    Reader(const void* attributes, std::size_t size, std::uint16_t most);

    std::optional<std::uint64_t> number(std::uint16_t type) const; // of 1, 2, 4 or 8 bytes
    std::optional<std::string> text(std::uint16_t type) const;
    // Exactly so many bytes.
    const std::uint8_t* bytes(std::uint16_t type, std::size_t size) const;
    std::optional<Reader> nested(std::uint16_t type, std::uint16_t most) const;

private:
    const nlattr* find(std::uint16_t type) const;

    std::vector<const nlattr*> found_;
};

struct Answer {
    int error = 0; // errno
    std::vector<Attributes> messages;
};

// One conversation with the kernel.
class Socket {
public:
    // Before the first question, and again without harm.
    Result<Done> open(int protocol);
    // `payload`: what follows netlink's own header. Answers are messages of the type
    // `answers`, without that header.
    Answer talk(std::uint16_t type, std::uint16_t flags, const Attributes& payload,
                std::uint16_t answers);

private:
    struct Close {
        void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
    };
    std::unique_ptr<mnl_socket, Close> socket_;
    std::uint32_t sequence_ = 0;
};

class Family {
public:
    virtual ~Family() = default;
    // Before the first question, and again without harm.
    virtual Result<Done> open() = 0;
    // What open() found out is true no more: the module may have been loaded again.
    virtual void forget() = 0;
    virtual Answer ask(std::uint8_t command, bool dump, const Attributes& attributes) = 0;
};

// A family of the kernel's, by its name. Kernels from about 6.1 on load the
// module that has it.
class GenericFamily : public Family {
public:
    explicit GenericFamily(std::string name) : name_(std::move(name)) {}
    Result<Done> open() override;
    void forget() override { id_ = 0; }
    Answer ask(std::uint8_t command, bool dump, const Attributes& attributes) override;

private:
    Answer talk(std::uint16_t type, std::uint16_t flags, std::uint8_t command,
                const Attributes& attributes);

    std::string name_;
    Socket socket_;
    std::uint16_t id_ = 0;
};

// What the answer to the question for a family says.
std::optional<std::uint16_t> read_family_id(const Attributes& attributes);

} // namespace nfc::netlink
