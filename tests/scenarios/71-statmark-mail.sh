#!/bin/bash
# kernels: 5.10 6.12 sid
# modules: ours
# The mail service of scenario 70 with one rule of STATMARK in place of six.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/director.sh
. /lab/director.sh
ok 'the modules load' eval 'load xt_condition && load xt_STATMARK'

director 2
serve mail1 --tcp 25
serve mail2 --tcp 25
cat >/tmp/rules <<END
*mangle
:PREROUTING ACCEPT [0:0]
-A PREROUTING -d $SERVICE/32 -p tcp -m tcp --dport 25 -j STATMARK --pool mail --mode nth --backend mark=0x1,condition=mail1up --backend mark=0x2,condition=mail2up
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
for backend in legacy nft; do
    mail_story $backend /tmp/rules
done
done_testing
