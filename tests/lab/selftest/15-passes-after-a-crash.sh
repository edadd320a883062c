# must pass: in a new VM, and without what others left
. /lab/lib.sh
nok 'the module is not loaded' test -d /sys/module/ipt_CLUSTERIP
ok 'the module loads' load
lan one two
ok 'nodes reach each other' on one ping -c 1 -W 5 192.168.0.2
done_testing
