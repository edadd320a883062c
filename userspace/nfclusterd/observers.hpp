// SPDX-License-Identifier: GPL-2.0
// All who are told what happens. Each is called in turn and may not wait.
#pragma once

#include "core/config.hpp"
#include "core/snapshot.hpp"
#include "observe/log.hpp"

#include <functional>
#include <utility>
#include <vector>

namespace nfc {

class Observers {
public:
    void add(std::function<void(const Notice&)> observer) {
        observers_.push_back(std::move(observer));
    }
    void tell(const Notice& notice) const {
        for (const auto& observer : observers_)
            observer(notice);
    }

private:
    std::vector<std::function<void(const Notice&)>> observers_;
};

} // namespace nfc
