# must fail: a namespace that nobody can find keeps the module in use
. /lab/lib.sh
ok 'the module loads' load
# shellcheck disable=SC2016 # expanded inside
ok 'a rule in a hidden namespace' unshare -n bash -c '
    ip link add eth0 type dummy
    iptables -I INPUT -d 10.0.0.1 -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 \
        --total-nodes 2 --local-node 1 --hashmode sourceip
    touch /run/hidden
    mount --bind /proc/$$/ns/net /run/hidden'
done_testing
