// labnet: what the scenarios need inside a VM and shell cannot do.
#include "common.hpp"

#include <cstdio>
#include <exception>
#include <string_view>

namespace {

struct Command {
    std::string_view name;
    int (*run)(labnet::Options&);
    const char* usage;
};

constexpr Command commands[] = {
    {"serve", labnet::serve,
     " --name NAME [--tcp PORT]... [--tcp6 PORT]... [--udp PORT]... [--udp6 PORT]..."},
    {"ask", labnet::ask,
     " ADDRESS PORT [--udp|--icmp] [--count N] [--sport FIRST] [--source ADDRESS[-ADDRESS]]\n"
     "    [--timeout MS] [--parallel N] [--tally]"},
    {"browse", labnet::browse, " ADDRESS PORT [--rate N] [--timeout MS]"},
    {"hold", labnet::hold,
     " ADDRESS PORT [--source ADDRESS] [--sport PORT] [--interval MS] [--timeout MS]"},
    {"fetch", labnet::fetch,
     " ADDRESS PORT [--count N] [--size BYTES] [--chunk BYTES] [--interval MS]\n"
     "    [--source ADDRESS[-ADDRESS]] [--sport FIRST] [--timeout MS]"},
    {"flood", labnet::flood,
     " ADDRESS PORT [--udp|--syn|--icmp] [--source ADDRESS[-ADDRESS]] [--sport FIRST]\n"
     "    [--seconds S] [--count N] [--size BYTES]"},
    {"arp", labnet::arp,
     " send --dev DEV [--op N] [--sha MAC] [--spa ADDRESS] [--tha MAC] [--tpa ADDRESS]\n"
     "    [--eth-src MAC] [--eth-dst MAC] [--htype N] [--ptype N] [--hlen N] [--plen N]\n"
     "    [--payload HEX] [--cut BYTES] [--pad BYTES] [--count N]\n"
     "labnet arp watch --dev DEV [--count N] [--timeout MS]"},
    {"ndp", labnet::ndp,
     " send [--dev DEV] [--type N] [--source ADDRESS] [--target ADDRESS] [--flags N] [--code N]\n"
     "    [--lladdr TYPE=MAC]... [--option HEX]... [--hops N] [--extension] [--checksum N]\n"
     "    [--eth-src MAC] [--eth-dst MAC] [--cut BYTES] [--mutate SEED] [--count N] [--stack]\n"
     "    DESTINATION   (--stack: through this host's own stack and its rules)\n"
     "labnet ndp watch [--dev DEV] [--count N] [--timeout MS]"},
    {"blob", labnet::blob,
     " set [--table T] [--chain C] [--copies N] [--dst A] [--dst-mask A] [--ip-flags N]\n"
     "    [--invflags N] [--proto N] [--iniface NAME] [--iniface-raw HEX] [--iniface-mask HEX]\n"
     "    [--target NAME] [--target-raw HEX] [--revision N] [--target-size N] [--data-size N]\n"
     "    [--data HEX] [--set OFFSET=HEX]... [--flags N] [--mac MAC] [--total N] [--num-local N] "
     "[--local N,N...]\n"
     "    [--hash-mode N] [--init N] [--tail HEX] [--match NAME --match-revision N --match-data "
     "HEX]\n"
     "    [--mutate SEED [--count N]]\n"
     "    [--churn N] [--starve N]\n"
     "labnet blob nft [--family ip|ip6] [--table T] [--chain C] [--target NAME] [--revision N]\n"
     "    [--data HEX] [--set OFFSET=HEX]... [--data-size N] [--mutate SEED [--count N]]\n"
     "labnet blob get [--table T]"},
    {"slot", labnet::slot,
     " [--hashmode MODE] [--hash-init N] [--total-nodes N] [--dport PORT] [--portless]\n"
     "    [--name NAME] <LINES"},
    {"packet", labnet::packet,
     " ADDRESS [--dev DEV] [--eth-dst MAC] [--source ADDRESS] [--proto N] [--payload HEX]\n"
     "    [--payload-size N] [--options HEX] [--version N] [--ihl N] [--total-length N] [--id N]\n"
     "    [--offset BYTES] [--more] [--df] [--ttl N] [--checksum N] [--cut BYTES] [--count N]\n"
     "    [--mutate SEED]"},
    {"write", labnet::write_file,
     " [--size BYTES] [--nowhere BYTES] FILE TEXT...\n"
     "    (each TEXT is one write; \\n, \\t, \\\\, \\xHH; prints its length or its errno's name)"},
    {"read", labnet::read_file, " [--at OFFSET] [--again] [--size BYTES] FILE"},
    {"poll", labnet::poll_file,
     " [--timeout MS] [--by poll|select|epoll] FILE\n"
     "    (what it says, then what it says when it has changed)"},
    {"control", labnet::control, " SOCKET LINE...  (to a daemon; prints its answers)"},
    {"patch", labnet::patch, " FILE OLD NEW  (every OLD becomes NEW, of the same length)"},
    {"starve", labnet::starve, " [--most N] module FILE NAME | write FILE TEXT BACK"},
    {"stick", labnet::stick,
     " read|write|poll FILE [--text TEXT] [--timeout MS]\n"
     "    (stays in the kernel, in the middle of it, until there is a byte on stdin or its end)"},
    {"agent", labnet::agent, "  (process 1 of a VM: runs what the host asks for)"},
};

} // namespace

int main(int argc, char** argv) {
    if (argc >= 2) {
        for (const Command& command : commands) {
            if (command.name != argv[1])
                continue;
            try {
                labnet::Options options(argc - 2, argv + 2);
                return command.run(options);
            } catch (const labnet::Usage& error) {
                std::fprintf(stderr, "labnet %s: %s\nusage: labnet %s%s\n", argv[1], error.what(),
                             argv[1], command.usage);
                return 2;
            } catch (const std::exception& error) {
                std::fprintf(stderr, "labnet %s: %s\n", argv[1], error.what());
                return 1;
            }
        }
    }
    std::fputs("usage:\n", stderr);
    for (const Command& command : commands)
        std::fprintf(stderr, "labnet %s%s\n", command.name.data(), command.usage);
    return 2;
}
