// SPDX-License-Identifier: GPL-2.0
#include "drivers/saved_rules.hpp"

#include "drivers/fd.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>

namespace nfc {

namespace {

class FileActions {
public:
    FileActions() { posix_spawn_file_actions_init(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

    // An Fd is closed in the child; the copy is not.
    void redirect(const Fd& from, int to) {
        posix_spawn_file_actions_adddup2(&actions_, from.get(), to);
    }
    const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_;
};

Error cannot_run(const std::string& program, std::string_view why) {
    while (why.ends_with('\n'))
        why.remove_suffix(1);
    return {Kind::Unavailable, fmt::format("cannot learn the rules: {}: {}", program, why)};
}

std::string content(const Fd& file) {
    std::string text;
    ::lseek(file.get(), 0, SEEK_SET);
    read_all(file, text);
    return text;
}

// What it prints, or nothing if there is no such program.
Result<std::optional<std::string>> output_of(const std::string& program) {
    // Files in memory take any amount without anybody reading along.
    const Fd out(::memfd_create("out", MFD_CLOEXEC));
    const Fd err(::memfd_create("err", MFD_CLOEXEC));
    if (!out || !err)
        return cannot_run(program, errno_text(errno));

    FileActions actions;
    actions.redirect(out, STDOUT_FILENO);
    actions.redirect(err, STDERR_FILENO);
    std::string name = program;
    char* const arguments[] = {name.data(), nullptr};
    pid_t child = 0;
    const int failure =
        ::posix_spawnp(&child, program.c_str(), actions.get(), nullptr, arguments, environ);
    if (failure == ENOENT)
        return std::optional<std::string>{};
    if (failure)
        return cannot_run(program, errno_text(failure));

    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return cannot_run(program, errno_text(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return std::optional(content(out));
    if (WIFSIGNALED(status))
        return cannot_run(program, fmt::format("killed by signal {}", WTERMSIG(status)));
    const auto said = content(err);
    return cannot_run(program, said.empty() ? "it failed" : said);
}

} // namespace

Result<Rules> saved_rules(const std::vector<std::string>& programs) {
    for (const auto& program : programs) {
        const auto output = output_of(program);
        if (!output)
            return output.error();
        if (*output)
            return read_rules(**output);
    }
    return cannot_run(programs.front(), "not installed");
}

Result<std::string> saved_text(const std::vector<std::string>& programs) {
    std::string text;
    bool any = false;
    for (const auto& program : programs) {
        auto output = output_of(program);
        // PATH of a service or of su may lack it.
        if (output && !*output && program.find('/') == program.npos)
            output = output_of("/usr/sbin/" + program);
        if (!output)
            return output.error();
        any = any || *output;
        text += output->value_or("");
    }
    if (!any)
        return cannot_run(programs.front(), "not installed");
    return text;
}

} // namespace nfc
