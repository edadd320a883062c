#!/bin/bash
# kernels: 5.10 6.1 6.12 sid
# modules: ours
# The classic recipe: a mail service on two servers by statistic, condition, MARK
# and CONNMARK, six rules, and a script that looks after the servers.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/director.sh
. /lab/director.sh
ok 'the module loads' load xt_condition

director 2
serve mail1 --tcp 25
serve mail2 --tcp 25
cat >/tmp/recipe <<END
*mangle
:PREROUTING ACCEPT [0:0]
:MAILMARK - [0:0]
-A PREROUTING -d $SERVICE/32 -p tcp -m tcp --dport 25 -j MAILMARK
-A MAILMARK -j CONNMARK --restore-mark
-A MAILMARK -m mark --mark 0 -m statistic --mode nth --every 2 --packet 0 -j MARK --set-mark 1
-A MAILMARK -m mark --mark 0 -j MARK --set-mark 2
-A MAILMARK -m condition ! --condition mail1up -j MARK --set-mark 2
-A MAILMARK -m condition ! --condition mail2up -j MARK --set-mark 1
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
for backend in legacy nft; do
    mail_story $backend /tmp/recipe
done
done_testing
