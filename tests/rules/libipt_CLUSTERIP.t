# Lines of  options;what iptables-save prints ("=": the options as given);OK or FAIL
# as iptables' own test program reads them. Only what extension and every kernel
# module (in-tree or ours) agree on; kernel refusals are in tests/scenarios/.
:INPUT
-d 10.0.0.1/32 -i lo -j CLUSTERIP --new --hashmode sourceip --clustermac 01:AA:7B:47:F7:D7 --total-nodes 2 --local-node 1 --hash-init 0;=;OK
-d 10.0.0.2/32 -i lo -j CLUSTERIP --new --hashmode sourceip-sourceport --clustermac 01:AA:7B:47:F7:D7 --total-nodes 2 --local-node 2 --hash-init 1;=;OK
-d 10.0.0.3/32 -i lo -j CLUSTERIP --new --hashmode sourceip-sourceport-destport --clustermac 01:AA:7B:47:F7:D7 --total-nodes 16 --local-node 16 --hash-init 4294967295;=;OK
-d 10.0.0.4/32 -i lo -p tcp -m tcp --dport 80 -j CLUSTERIP --new --hashmode sourceip-sourceport --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hash-init 0;=;OK
# the order of options, an absent seed, bases, lower-case and short hardware addresses
-d 10.0.0.5/32 -i lo -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip-sourceport;-d 10.0.0.5/32 -i lo -j CLUSTERIP --new --hashmode sourceip-sourceport --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hash-init 0;OK
-d 10.0.0.6/32 -i lo -j CLUSTERIP --hash-init 0xdeadbeef --local-node 0x2 --total-nodes 010 --hashmode sourceip --clustermac ff:ff:ff:ff:ff:ff --new;-d 10.0.0.6/32 -i lo -j CLUSTERIP --new --hashmode sourceip --clustermac FF:FF:FF:FF:FF:FF --total-nodes 8 --local-node 2 --hash-init 3735928559;OK
-d 10.0.0.7/32 -i lo -j CLUSTERIP --new --hashmode sourceip --clustermac 1:2:3:4:5:6 --total-nodes 1 --local-node 1;-d 10.0.0.7/32 -i lo -j CLUSTERIP --new --hashmode sourceip --clustermac 01:02:03:04:05:06 --total-nodes 1 --local-node 1 --hash-init 0;OK
# --new says it all, or there is no option
-j CLUSTERIP --new;;FAIL
-j CLUSTERIP --new --hashmode sourceip;;FAIL
-j CLUSTERIP --new --hash-init 1;;FAIL
-j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1;;FAIL
-j CLUSTERIP --new --hashmode sourceip --total-nodes 2 --local-node 1;;FAIL
-j CLUSTERIP --new --hashmode sourceip --clustermac 01:02:03:04:05:06 --local-node 1;;FAIL
-j CLUSTERIP --new --hashmode sourceip --clustermac 01:02:03:04:05:06 --total-nodes 2;;FAIL
-j CLUSTERIP --hashmode sourceip --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1;;FAIL
-j CLUSTERIP --hashmode sourceip;;FAIL
-j CLUSTERIP --clustermac 01:02:03:04:05:06;;FAIL
-j CLUSTERIP --total-nodes 2;;FAIL
-j CLUSTERIP --local-node 1;;FAIL
-j CLUSTERIP --hash-init 1;;FAIL
# values
-j CLUSTERIP --new --hashmode SOURCEIP;;FAIL
-j CLUSTERIP --new --hashmode sourceip-destport;;FAIL
-j CLUSTERIP --new --hashmode "";;FAIL
-j CLUSTERIP --new --clustermac 00:02:03:04:05:06;;FAIL
-j CLUSTERIP --new --clustermac 02:02:03:04:05:06;;FAIL
-j CLUSTERIP --new --clustermac 01:02:03:04:05;;FAIL
-j CLUSTERIP --new --clustermac 01:02:03:04:05:06:07;;FAIL
-j CLUSTERIP --new --clustermac 01-02-03-04-05-06;;FAIL
-j CLUSTERIP --new --clustermac 101:02:03:04:05:06;;FAIL
-j CLUSTERIP --new --total-nodes 17;;FAIL
-j CLUSTERIP --new --total-nodes -1;;FAIL
-j CLUSTERIP --new --total-nodes 65538;;FAIL
-j CLUSTERIP --new --total-nodes 2x;;FAIL
-j CLUSTERIP --new --total-nodes "";;FAIL
-j CLUSTERIP --new --local-node 17;;FAIL
-j CLUSTERIP --new --local-node 4294967297;;FAIL
-j CLUSTERIP --new --local-node 1,2;;FAIL
-j CLUSTERIP --new --hash-init 4294967296;;FAIL
-j CLUSTERIP --new --hash-init x;;FAIL
# once each, never inverted, with an argument where one belongs
-j CLUSTERIP --new --new;;FAIL
-j CLUSTERIP --new --total-nodes 2 --total-nodes 2;;FAIL
-j CLUSTERIP --new --hashmode sourceip --hashmode sourceip;;FAIL
-j CLUSTERIP ! --new;;FAIL
-j CLUSTERIP --new ! --local-node 1;;FAIL
-j CLUSTERIP --new=yes;;FAIL
-j CLUSTERIP --new stray;;FAIL
-j CLUSTERIP --new --hashmode;;FAIL
-j CLUSTERIP --new --no-such-option;;FAIL
