#!/bin/bash
# kernels: 6.12 sid
# modules: ours
# servers: real
# limit: 600
# The same day with a pool of STATMARK: the daemon tells the pool itself.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/director.sh
. /lab/director.sh
# shellcheck source=tests/lab/guest/services.sh
. /lab/services.sh
# shellcheck source=tests/lab/guest/maildays.sh
. /lab/maildays.sh
ok 'the modules load' eval 'load xt_condition && load xt_STATMARK'
director 2
cat >/tmp/rules <<END
*mangle
:PREROUTING ACCEPT [0:0]
-A PREROUTING -d $SERVICE/32 -p tcp -m tcp --dport 25 -j STATMARK --pool mail --mode nth --backend mark=0x1 --backend mark=0x2
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -d $SERVICE/32 -p tcp -m tcp --dport 25 -m mark --mark 1 -j DNAT --to-destination 192.168.0.1
-A PREROUTING -d $SERVICE/32 -p tcp -m tcp --dport 25 -m mark --mark 2 -j DNAT --to-destination 192.168.0.2
COMMIT
*filter
:INPUT ACCEPT [0:0]
-A INPUT -d $SERVICE/32 -p tcp -m tcp --dport 25 -j REJECT --reject-with tcp-reset
COMMIT
END
mail_day nft /tmp/rules <<'END'
[pool.mail]
driver = "statmark"
check = { type = "smtp", port = 25, interval = "1s", timeout = "1s", fall = 2, rise = 2, damping = { window = "0s" } }
backends = [
    { name = "mail1", address = "192.168.0.1", mark = 1 },
    { name = "mail2", address = "192.168.0.2", mark = 2 },
]
END
done_testing
