// SPDX-License-Identifier: GPL-2.0
#include "core/ipvs_apply.hpp"
#include "nfcluster/ipvs_show.hpp"
#include "nfcluster/ipvs_words.hpp"
#include "tests/cli_fixture.hpp"

#include <sstream>

namespace nfc {
namespace {

using Parsed = nlohmann::json;

class IpvsCli : public Cli {
protected:
    IpvsCli() { node.write(node.ipvs_file(), ""); }

    // The words of one line, as a shell would part them.
    int ipvs(const std::string& line) {
        std::vector<std::string> words{"ipvs"};
        std::istringstream stream(line);
        for (std::string word; stream >> word;)
            words.push_back(word);
        std::vector<const char*> pointers;
        for (const auto& word : words)
            pointers.push_back(word.c_str());
        return run(pointers);
    }
    std::string saved() {
        EXPECT_EQ(ipvs("save"), 0) << err;
        return out;
    }
    int restored(const std::string& text, const std::string& options = "") {
        in = text;
        return ipvs("restore " + options);
    }
};

// Every kind of line; ipvsadm prints the same.
const std::string kinds = "-A -f 7 -s wlc\n"
                          "-a -f 7 -r 192.168.0.3:0 -m -w 1\n"
                          "-A -f 7 -6 -s rr\n"
                          "-a -f 7 -6 -r [fd19::1]:0 -g -w 1\n";
const std::string more_kinds =
    "-A -t 10.1.0.1:80 -s wlc -p 300 -M 255.255.255.0\n"
    "-a -t 10.1.0.1:80 -r 192.168.0.1:80 -g -w 1\n"
    "-a -t 10.1.0.1:80 -r 192.168.0.2:80 -i -w 0 -x 100 -y 50\n"
    "-A -t 10.1.0.2:0 -s mh -p 360 -M 0.0.0.0 -b mh-fallback,mh-port\n"
    "-a -t 10.1.0.2:0 -r 192.168.0.3:0 -g -w 2\n"
    "-A -t 10.1.0.3:80 -s rr -b flag-1,flag-2\n"
    "-a -t 10.1.0.3:80 -r 192.168.0.1:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum\n"
    "-a -t 10.1.0.3:80 -r 192.168.0.2:80 -i -w 1 --tun-type gre --tun-nocsum\n"
    "-a -t 10.1.0.3:80 -r 192.168.0.4:80 -i -w 1 --tun-type gre --tun-remcsum\n"
    "-a -t 10.1.0.3:80 -r [fd19::3]:80 -i -w 1\n"
    "-A -t [fd10::1]:25 -s rr -p 60 -M 64\n"
    "-A -t [fd10::2]:0 -s rr -p 60\n"
    "-a -t [fd10::2]:0 -r [fd19::1]:0 -m -w 1\n"
    "-A -u 10.1.0.1:53 -s rr --pe sip -o\n"
    "-a -u 10.1.0.1:53 -r 192.168.0.1:5353 -m -w 65535\n"
    "-A --sctp-service 10.1.0.1:5060 -s sh -b sh-port\n";

TEST_F(IpvsCli, adds_in_the_words_of_ipvsadm) {
    EXPECT_EQ(ipvs("add -t 10.10.10.22:80 -s wrr"), 0) << err;
    EXPECT_EQ(out, "service tcp 10.10.10.22:80: added\n");
    EXPECT_EQ(ipvs("add -t 10.10.10.22:80 -r 192.168.0.1:80 -g -w 3"), 0) << err;
    EXPECT_EQ(out, "server 192.168.0.1:80 of tcp 10.10.10.22:80: added\n");
    EXPECT_EQ(ipvs("add --tcp-service 10.10.10.22:80 --real-server 192.168.0.2 --masquerading"), 0);
    EXPECT_EQ(ipvs("add -f 1"), 0);
    EXPECT_EQ(ipvs("add -f 1 -r 192.168.0.1"), 0);
    EXPECT_EQ(ipvs("add -u 10.10.10.22:53 -p"), 0) << err;
    EXPECT_EQ(saved(), "-A -t 10.10.10.22:80 -s wrr\n"
                       "-a -t 10.10.10.22:80 -r 192.168.0.1:80 -g -w 3\n"
                       "-a -t 10.10.10.22:80 -r 192.168.0.2:80 -m -w 1\n"
                       "-A -u 10.10.10.22:53 -s wlc -p 360\n"
                       "-A -f 1 -s wlc\n"
                       "-a -f 1 -r 192.168.0.1:0 -g -w 1\n");
}

TEST_F(IpvsCli, edits_what_was_named_alone) {
    EXPECT_EQ(restored(more_kinds), 0) << err;
    const auto line = [&](std::string_view part) {
        const auto text = saved();
        const auto at = text.find(part);
        return text.substr(at, text.find('\n', at) - at);
    };
    EXPECT_EQ(ipvs("edit -t 10.1.0.3:80 -r 192.168.0.1:80 -w 5"), 0) << err;
    EXPECT_EQ(line("192.168.0.1:80 -i"),
              "192.168.0.1:80 -i -w 5 --tun-type gue --tun-port 6080 --tun-csum");
    EXPECT_EQ(ipvs("edit -t 10.1.0.1:80 -s rr"), 0);
    EXPECT_EQ(line("-A -t 10.1.0.1:80"), "-A -t 10.1.0.1:80 -s rr -p 300 -M 255.255.255.0");
    EXPECT_EQ(ipvs("edit -t 10.1.0.1:80 -p 0"), 0);
    EXPECT_EQ(line("-A -t 10.1.0.1:80"), "-A -t 10.1.0.1:80 -s rr");
    EXPECT_EQ(ipvs("edit -t 10.1.0.1:80 -s rr"), 1);
    EXPECT_EQ(out, "service tcp 10.1.0.1:80: so already\n");
    EXPECT_EQ(ipvs("edit -t 10.1.0.9:80 -s rr"), 3);
    EXPECT_EQ(ipvs("edit -t 10.1.0.1:80 -r 192.168.0.9 -w 1"), 3);
}

TEST_F(IpvsCli, deletes_and_clears) {
    EXPECT_EQ(restored(kinds), 0) << err;
    EXPECT_EQ(ipvs("delete -f 7 -r 192.168.0.3:0"), 0) << err;
    EXPECT_EQ(out, "server 192.168.0.3:0 of fwmark 7: gone\n");
    EXPECT_EQ(ipvs("delete -f 7 -r 192.168.0.3"), 3);
    EXPECT_EQ(ipvs("delete -f 7 -6"), 0);
    EXPECT_EQ(saved(), "-A -f 7 -s wlc\n");
    EXPECT_EQ(ipvs("zero -f 7"), 0);
    EXPECT_EQ(ipvs("zero -6"), 2) << "which is not all of IPv6";
    EXPECT_EQ(ipvs("zero"), 0);
    EXPECT_EQ(ipvs("clear"), 0);
    EXPECT_EQ(saved(), "");
}

TEST_F(IpvsCli, restores_what_it_has_saved) {
    EXPECT_EQ(restored(kinds), 0) << err;
    EXPECT_EQ(saved(), kinds);
    EXPECT_EQ(restored(more_kinds, "--exact"), 0) << err;
    EXPECT_EQ(saved(), more_kinds);
    EXPECT_EQ(restored("\n# nothing\n  \n"), 1);
    EXPECT_EQ(restored("add -f 1 -s rr # ours\n--add-server -f 1 -r 10.0.0.1\n", "--exact -"), 0)
        << err;
    EXPECT_EQ(saved(), "-A -f 1 -s rr\n-a -f 1 -r 10.0.0.1:0 -g -w 1\n");
    const auto file = node.program();
    node.write(file, "-D -f 1");
    EXPECT_EQ(ipvs("restore " + file.string()), 0) << err;
    EXPECT_EQ(saved(), "");
    EXPECT_EQ(ipvs("restore /nonexistent"), 5);
    EXPECT_EQ(ipvs("restore /"), 5);
    EXPECT_EQ(err, "nfcluster: cannot read /: Is a directory\n");
    EXPECT_EQ(ipvs("restore /dev/null"), 1) << err;
}

TEST_F(IpvsCli, restores_exactly_by_changing_what_differs) {
    EXPECT_EQ(restored(more_kinds), 0) << err;
    const auto changes = ipvs_family->asked.size();
    EXPECT_EQ(restored(more_kinds, "--exact"), 1);
    EXPECT_EQ(ipvs_family->asked.size(), changes);
    auto other = more_kinds;
    other.replace(other.find("-w 65535"), 8, "-w 1");
    other.erase(0, other.find("-A -t 10.1.0.2"));
    EXPECT_EQ(restored(other, "--exact"), 0) << err;
    EXPECT_EQ(saved(), other);
    EXPECT_EQ(ipvs_family->asked.size(), changes + 2); // a weight, and a service that goes
    EXPECT_EQ(restored("", "--exact"), 0);
    EXPECT_EQ(saved(), "");
    EXPECT_EQ(restored("-A -f 1\n-A -f 1\n", "--exact"), 2);
    EXPECT_EQ(restored("-A -f 1 -s none-such\n", "--exact"), 4);
    EXPECT_EQ(err, "nfcluster: service fwmark 1: the kernel has no scheduler \"none-such\"\n"
                   "nfcluster: 1 of 1 changes were not made\n");
}

TEST_F(IpvsCli, checks_all_lines_before_the_first_change) {
    EXPECT_EQ(
        restored("-A -f 1\n-a -f 2 -r 10.0.0.1\n-A -f 3 -s\n-A -f 1\n-Z\nlist\n-A -f 4 -w 1\n"), 2);
    EXPECT_EQ(out, "");
    for (const char* fault : {"line 2: there is no service fwmark 2\n",
                              "line 3: ", "line 4: service fwmark 1 is there already\n",
                              "line 5: ", "line 6: ", "line 7: which server? -r says it\n",
                              "nfcluster: nothing was changed\n"})
        EXPECT_NE(err.find(fault), std::string::npos) << fault << err;
    EXPECT_EQ(ipvs_family->asked.size(), 0u);
}

TEST_F(IpvsCli, tells_which_lines_the_kernel_refused) {
    EXPECT_EQ(restored("-A -f 1 -s rr\n\n-A -f 2 -s none-such\n-A -f 3 -s rr\n"), 4);
    EXPECT_EQ(err, "nfcluster: line 3: service fwmark 2: the kernel has no scheduler "
                   "\"none-such\"\nnfcluster: 1 of 3 changes were not made\n");
    EXPECT_EQ(saved(), "-A -f 1 -s rr\n-A -f 3 -s rr\n");
}

TEST_F(IpvsCli, refuses_wrong_usage) {
    EXPECT_EQ(restored("-A -t 10.0.0.1:80 -s rr\n-A -t [fd00::1]:80 -s rr\n"), 0) << err;
    const auto count = ipvs_family->asked.size();
    for (const char* line : {"bogus",
                             "add",
                             "add -t",
                             "add -t 10.0.0.2",
                             "add -t 10.0.0.2:65536",
                             "add -t fd00::2:80",
                             "add -t 10.0.0.2:80 -u 10.0.0.2:80",
                             "add -f 0",
                             "add -f x",
                             "add -f 1 extra",
                             "add -t 10.0.0.2:80 -s Bad/Name",
                             "add -t 10.0.0.2:80 -s sixteen-letters-",
                             "add -t 10.0.0.2:80 -b sh-port,bogus",
                             "add -t 10.0.0.2:80 -p x",
                             "add -t 10.0.0.2:80 -p 9999999",
                             "add -t 10.0.0.2:80 -M 255.0.0.0",
                             "add -t 10.0.0.2:80 -p 1 -M 255.0.255.0",
                             "add -t [fd00::2]:80 -p 1 -M 129",
                             "add -t [fd00::2]:80 -p 1 -M 255.0.0.0",
                             "add -t 10.0.0.2:0",
                             "add -t 10.0.0.2:80 -o",
                             "add -t 10.0.0.2:80 -w 1",
                             "add -t 10.0.0.1:80 -r 10.0.0.9:80 -s rr",
                             "add -t 10.0.0.1:80 -r 10.0.0.9:80 -g -m",
                             "add -t 10.0.0.1:80 -r 10.0.0.9:81 -g",
                             "add -t 10.0.0.1:80 -r 10.0.0.9:80 -w 65536",
                             "add -t 10.0.0.1:80 -r 10.0.0.9:80 -w -1",
                             "add -t 10.0.0.1:80 -r 10.0.0.9:80 -x 1 -y 2",
                             "add -t 10.0.0.1:80 -r [fd00::9]:80 -m",
                             "add -t 10.0.0.1:80 -r 10.0.0.9:80 --tun-type gre",
                             "add -t 10.0.0.1:80 -r 10.0.0.9:80 -i --tun-type gue",
                             "add -t 10.0.0.1:80 -r 10.0.0.9:80 -i --tun-type vxlan",
                             "add -t 10.0.0.1:80 -r 10.0.0.9:80 -i --tun-csum --tun-nocsum",
                             "add -t 10.0.0.1:80 -r name",
                             "delete -t 10.0.0.1:80 -w 1",
                             "zero -r 10.0.0.1",
                             "save all",
                             "list -t 10.0.0.1:80",
                             "restore a b"}) {
        EXPECT_EQ(ipvs(line), 2) << line << '\n' << out << err;
        EXPECT_EQ(out, "") << line;
    }
    EXPECT_EQ(ipvs_family->asked.size(), count);
}

TEST_F(IpvsCli, shows_a_table) {
    using namespace ipvs;
    EXPECT_EQ(restored("-A -t 10.0.0.1:80 -s sh -b sh-port -p 300 -M 255.255.255.0\n"
                       "-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 3 -x 100\n"
                       "-a -t 10.0.0.1:80 -r [fd00::2]:80 -i -w 0 --tun-type gue --tun-port 6080\n"
                       "-A -f 1 -s rr\n"),
              0)
        << err;
    EXPECT_EQ(ipvs(""), 0);
    EXPECT_EQ(out, "SERVICE          HOW                              WEIGHT  ACTIVE  INACTIVE\n"
                   "tcp 10.0.0.1:80  sh sh-port, sticky 300 s by /24       3       0         0\n"
                   "  10.0.0.2:80    nat, at most 100                      3       0         0\n"
                   "  [fd00::2]:80   tun gue 6080                          0       0         0\n"
                   "fwmark 1         rr                                    0       0         0\n");
    EXPECT_EQ(ipvs("--stats"), 0);
    EXPECT_NE(out.find("PACKETS IN"), std::string::npos);
    EXPECT_EQ(ipvs("list --rate"), 0);
    EXPECT_NE(out.find("CONNECTIONS/S"), std::string::npos);
    EXPECT_EQ(ipvs("--json"), 0);
    const auto services = Parsed::parse(out)["services"];
    EXPECT_EQ(services[0]["servers"][1]["tunnel_type"], "gue");
    EXPECT_EQ(services[0]["persistence_prefix"], 24);
    EXPECT_EQ(services[1]["fwmark"], 1);
    EXPECT_EQ(ipvs("clear"), 0);
    EXPECT_EQ(ipvs(""), 1);
    EXPECT_EQ(out, "no services on this node\n");
}

TEST(IpvsTable, shows_what_was_counted) {
    using namespace ipvs;
    ServiceState state;
    state.service = {.key = Fwmark{nfc::Family::V4, 1}, .scheduler = "rr"};
    state.stats = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    auto& server = state.destinations[{}];
    server.active = 11;
    server.inactive = 12;
    const Table all{{state.service.key, state}};
    const auto numbers = [&](Columns columns) {
        const auto text = to_table(all, columns, false);
        std::istringstream line(text.substr(text.find('\n')));
        std::vector<std::string> words;
        for (std::string word; words.size() < 8 && line >> word;)
            words.push_back(word);
        return words;
    };
    EXPECT_EQ(numbers(Columns::Connections),
              (std::vector<std::string>{"fwmark", "1", "rr", "1", "11", "12", "0.0.0.0:0", "nat"}));
    EXPECT_EQ(numbers(Columns::Stats),
              (std::vector<std::string>{"fwmark", "1", "rr", "1", "2", "3", "4", "5"}));
    EXPECT_EQ(numbers(Columns::Rate),
              (std::vector<std::string>{"fwmark", "1", "rr", "6", "7", "8", "9", "10"}));
}

TEST_F(IpvsCli, does_not_load_the_module_to_look) {
    std::filesystem::remove(node.ipvs_file());
    for (const char* line : {"", "save", "zero", "clear", "delete -f 1", "edit -f 1 -s rr"}) {
        EXPECT_EQ(ipvs(line), 3) << line;
        EXPECT_NE(err.find("not loaded"), std::string::npos);
    }
    EXPECT_EQ(ipvs("add -f 1"), 0);
    ipvs_family->missing = true;
    EXPECT_EQ(ipvs("add -f 1"), 3);
}

TEST_F(IpvsCli, finds_a_module_that_was_loaded_again) {
    EXPECT_EQ(ipvs("add -f 1"), 0) << err;
    ipvs_family->loaded++;
    EXPECT_EQ(ipvs("list"), 0) << err;
    ipvs_family->loaded++;
    ipvs_family->missing = true;
    EXPECT_EQ(ipvs("list"), 3) << err;
}

TEST_F(IpvsCli, says_who_may) {
    ipvs_family->error = EPERM;
    EXPECT_EQ(ipvs(""), 5);
    EXPECT_EQ(err, "nfcluster: only root of the machine may see and change IPVS\n");
}

TEST_F(IpvsCli, has_help_of_its_own) {
    EXPECT_EQ(ipvs("--help"), 0);
    EXPECT_NE(out.find("restore"), std::string::npos);
    EXPECT_EQ(ipvs("add --help"), 0);
    EXPECT_NE(out.find("--scheduler"), std::string::npos);
}

TEST(IpvsRefusal, is_told_in_words) {
    using namespace ipvs;
    const ServiceKey key = Fwmark{nfc::Family::V4, 1};
    const auto said = [&](const Change& change, int number) {
        return explain_refusal(change, number).text;
    };
    EXPECT_EQ(said(RemoveService{key}, ESRCH), "service fwmark 1: there is no such service");
    EXPECT_EQ(said(AddService{{.key = key, .scheduler = "x"}}, EEXIST),
              "service fwmark 1 is there already");
    EXPECT_EQ(said(AddService{{.key = key, .scheduler = "x"}}, ENOENT),
              "service fwmark 1: the kernel has no scheduler \"x\"");
    EXPECT_EQ(said(RemoveDestination{key, {}}, ENOENT), "there is no server 0.0.0.0:0 of fwmark 1");
    EXPECT_EQ(said(EditService{{.key = key, .scheduler = "x"}}, EINVAL),
              "service fwmark 1: the kernel does not take these settings together");
    EXPECT_EQ(said(RemoveService{key}, ENOMEM),
              "service fwmark 1: the kernel refused it: Cannot allocate memory");
    EXPECT_EQ(explain_refusal(RemoveService{key}, EPERM).kind, Kind::Unavailable);
    EXPECT_NE(said(AddDestination{key, {}}, ERANGE).find("out of range"), std::string::npos);
    EXPECT_NE(said(AddService{{.key = key, .scheduler = "x"}}, EAFNOSUPPORT).find("no IPv6"),
              std::string::npos);
}

TEST_F(IpvsCli, shows_and_changes_timeouts) {
    EXPECT_EQ(ipvs("timeouts"), 0);
    EXPECT_EQ(out, "tcp 900 tcpfin 120 udp 300\n");
    EXPECT_EQ(ipvs("timeouts --tcp 60"), 0);
    EXPECT_EQ(out, "tcp 60 tcpfin 120 udp 300\n");
    EXPECT_EQ(ipvs("timeouts --tcp 60 --udp 300"), 1) << "so already";
    EXPECT_EQ(ipvs("timeouts --json"), 0);
    EXPECT_EQ(Parsed::parse(out)["tcp"], 60);
    EXPECT_EQ(ipvs("timeouts --tcpfin 0"), 2);
    EXPECT_NE(err.find("--tcpfin \"0\": expected 1 to 1987200"), std::string::npos) << err;
    EXPECT_EQ(ipvs("timeouts 60"), 2);
}

} // namespace
} // namespace nfc
