// SPDX-License-Identifier: GPL-2.0
// A node that has its files in a folder of its own: writes pile up in them
// instead of taking effect, so that a test sees each of them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace nfc {

class FakeNode {
public:
    FakeNode() {
        std::string name = (std::filesystem::temp_directory_path() / "nfcluster-XXXXXX").string();
        root_ = ::mkdtemp(name.data());
        for (const auto& folder : {proc(), proc6(), switches(), pools()})
            std::filesystem::create_directory(folder);
    }
    FakeNode(const FakeNode&) = delete;
    FakeNode& operator=(const FakeNode&) = delete;
    ~FakeNode() { std::filesystem::remove_all(root_); }

    std::filesystem::path root() const { return root_; }
    std::filesystem::path proc() const { return root_ / "ipt_CLUSTERIP"; }
    std::filesystem::path proc6() const { return root_ / "ip6t_CLUSTERIP"; }
    std::filesystem::path switches() const { return root_ / "nf_condition"; }
    std::filesystem::path pools() const { return root_ / "nf_statmark"; }
    std::filesystem::path ipvs_file() const { return root_ / "ip_vs"; }
    std::filesystem::path program() const { return root_ / "save"; }

    void cluster(const std::string& address, const std::string& text) const {
        write(proc() / address, text);
    }
    // Our module's, with a line a cluster.
    void summary(const std::string& text) const { write(root_ / "nf_clusterip", text); }
    std::string file(const std::string& address) const { return text_of(proc() / address); }

    static void write(const std::filesystem::path& file, const std::string& text) {
        std::ofstream(file) << text;
    }
    static std::string text_of(const std::filesystem::path& file) {
        std::ostringstream text;
        text << std::ifstream(file).rdbuf();
        return text.str();
    }
    // Makes the program that prints the rules.
    void script(const std::string& text) const {
        std::ofstream(program()) << "#!/bin/sh\n" << text;
        std::filesystem::permissions(program(), std::filesystem::perms::owner_all);
    }
    void rules(const std::string& text) const {
        std::ofstream(root_ / "rules") << text;
        script("exec cat '" + (root_ / "rules").string() + "'\n");
    }

private:
    std::filesystem::path root_;
};

} // namespace nfc
