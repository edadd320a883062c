#!/bin/bash
# kernels: 6.12 sid
# modules: ours
# servers: real
# limit: 600
# The mail service of scenario 70 with two real servers, and nfclusterd in place of
# the script that looked after them.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/director.sh
. /lab/director.sh
# shellcheck source=tests/lab/guest/services.sh
. /lab/services.sh
# shellcheck source=tests/lab/guest/maildays.sh
. /lab/maildays.sh
ok 'the module loads' load xt_condition
director 2
cat >/tmp/recipe <<END
*mangle
:PREROUTING ACCEPT [0:0]
:MAILMARK - [0:0]
-A PREROUTING -d $SERVICE/32 -p tcp -m tcp --dport 25 -j MAILMARK
-A MAILMARK -j CONNMARK --restore-mark
-A MAILMARK -m mark --mark 0 -m statistic --mode nth --every 2 --packet 0 -j MARK --set-mark 1
-A MAILMARK -m mark --mark 0 -j MARK --set-mark 2
-A MAILMARK -m conntrack --ctstate NEW -m condition ! --condition mail1up -j MARK --set-mark 2
-A MAILMARK -m conntrack --ctstate NEW -m condition ! --condition mail2up -j MARK --set-mark 1
-A MAILMARK -j CONNMARK --save-mark
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -d $SERVICE/32 -p tcp -m tcp --dport 25 -m mark --mark 1 -j DNAT --to-destination 192.168.0.1
-A PREROUTING -d $SERVICE/32 -p tcp -m tcp --dport 25 -m mark --mark 2 -j DNAT --to-destination 192.168.0.2
COMMIT
*filter
:FORWARD ACCEPT [0:0]
-A FORWARD -p tcp -m conntrack --ctstate NEW -m condition ! --condition mail1up -m condition ! --condition mail2up -j REJECT --reject-with tcp-reset
COMMIT
END
mail_day legacy /tmp/recipe <<'END'
[pool.mail]
driver = "condition"
check = { type = "smtp", port = 25, interval = "1s", timeout = "1s", fall = 2, rise = 2, damping = { window = "0s" } }
backends = [
    { name = "mail1", address = "192.168.0.1", condition = "mail1up" },
    { name = "mail2", address = "192.168.0.2", condition = "mail2up" },
]
END
done_testing
