// SPDX-License-Identifier: GPL-2.0
// The IPVS of this network namespace: read, and changed.
#pragma once

#include "core/ipvs.hpp"
#include "core/result.hpp"
#include "drivers/netlink.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace nfc::ipvs {

struct Failure {
    std::size_t index; // of the change in the list
    Error error;
};

class Kernel {
public:
    // `file`: is there while the module is loaded.
    Kernel(std::shared_ptr<netlink::Family> family, std::filesystem::path file)
        : family_(std::move(family)), file_(std::move(file)) {}

    // Whether the module is loaded here. What only looks asks first: a question
    // to the kernel would load it.
    bool present() const;

    Result<Table> read() const;
    // Each by itself, in their order; one that fails keeps none of the others from
    // being carried out.
    std::vector<Failure> apply(const Changes& changes) const;
    // The counters of a service and its destinations; of all.
    Result<Done> zero(const ServiceKey& service) const;
    Result<Done> zero() const;
    Result<Timeouts> timeouts() const;
    // What is 0 stays as it is.
    Result<Done> set(const Timeouts& timeouts) const;
    // The threads that synchronise connections. One that runs has to be stopped before
    // it is started with other settings.
    Result<std::vector<SyncDaemon>> sync_daemons() const;
    Result<Done> start(const SyncDaemon& daemon) const;
    Result<Done> stop(SyncRole role) const;
    // Takes all services away.
    Result<Done> flush() const;

private:
    Result<Done> send(std::uint8_t command, const netlink::Attributes& attributes,
                      const std::function<Error(int)>& explain) const;
    Result<netlink::Answer> dump(std::uint8_t command, const netlink::Attributes& attributes) const;

    std::shared_ptr<netlink::Family> family_;
    std::filesystem::path file_;
};

// What the kernel means by refusing `change`.
Error explain_refusal(const Change& change, int number);

} // namespace nfc::ipvs
