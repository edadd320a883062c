#!/bin/bash
# kernels: 6.12
# modules: ours
# nfcluster pool against a real kernel: shares of live traffic change with one
# command, a backend drains, and what is wrong changes nothing.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/director.sh
. /lab/director.sh

exits 3 'module xt_STATMARK is not loaded' nfcluster pool
exits 3 'module xt_STATMARK is not loaded' nfcluster pool mail drain 1
ok 'the modules load' eval 'load xt_condition && load xt_STATMARK'
exits 1 'no pools on this node' nfcluster pool

director 3
for number in 1 2 3; do
    serve mail$number --tcp 25
done
rules legacy <<END
*mangle
:PREROUTING ACCEPT [0:0]
-A PREROUTING -d $SERVICE/32 -p tcp -m tcp --dport 25 -j STATMARK --pool mail --mode nth --backend mark=0x1,condition=mail1up --backend mark=0x2,weight=3 --mask 0xff
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -d $SERVICE/32 -p tcp -m tcp --dport 25 -m mark --mark 1 -j DNAT --to-destination 192.168.0.1
-A PREROUTING -d $SERVICE/32 -p tcp -m tcp --dport 25 -m mark --mark 2 -j DNAT --to-destination 192.168.0.2
-A PREROUTING -d $SERVICE/32 -p tcp -m tcp --dport 25 -m mark --mark 3 -j DNAT --to-destination 192.168.0.3
COMMIT
END
pool() { on director nfcluster pool "$@"; }
columns() { tail -n +"$1" | tr -s ' ' | paste -sd ,; }

is 'the list is a table' "$(pool | columns 1)" 'POOL MODE MASK UP RULES,mail nth 0xff 1/2 1'
ok 'the switch goes up' on director nfcluster condition mail1up up
is 'shares are as the rule says' "$(shares 16)" 'mail1=4 mail2=12'
is 'the pool tells them' "$(pool mail | awk '{ print $1, $2, $3, $4, $5 }' | paste -sd ,)" \
    'pool mail: nth, mask 0xff,,MARK WEIGHT STATE GATE FLOWS,0x1 1 up mail1up 4,0x2 3 up none 12'
is 'so does its JSON' "$(pool mail --json | tr -d ' \n' | sed 's/"packets":[0-9]*/P/g')" \
    '{"name":"mail","mode":"nth","mask":255,"rules":1,"backends":[{"mark":1,"weight":1,"state":"up","gate":{"condition":"mail1up","inverted":false},"flows":4,P},{"mark":2,"weight":3,"state":"up","gate":null,"flows":12,P}]}'

exits 0 '0x3: weight 2, takes connections' pool mail +3 weight 3 2 weight 2 1
is 'a third server has come, and weights have changed' "$(shares 16)" 'mail1=4 mail2=4 mail3=8'
ok 'a connection stays open' hold one client "$SERVICE" 25 --source 10.9.200.1
first=$(answer_to one hello)
number=${first:4:1}
exits 0 "0x$number: weight" pool mail drain "$number"
is 'its server drains' "$(pool mail --json | grep -c '"state": "drain"')" 1
nok 'new connections go to the others' grep -q "mail$number=" <<<"$(shares 16)"
is 'the connection lives on' "$(answer_to one again)" "mail$number again"
exits 1 "0x$number: already weight" pool mail drain "$number"
let_go one
exits 0 "0x$number: weight" pool mail "+$number"
ok 'the switch goes down' on director nfcluster condition mail1up down
is 'a gate closes' "$(shares 15)" 'mail2=5 mail3=10'
exits 0 '0x1: weight 1, takes connections' pool mail gate 1 none
is 'and is taken away' "$(shares 16)" 'mail1=4 mail2=4 mail3=8'
exits 0 '0x3: not in the pool' pool mail -3
is 'the third server is gone' "$(shares 16)" 'mail1=8 mail2=8'

# what is wrong changes nothing
before=$(cat /proc/net/nf_statmark/mail 2>/dev/null; on director cat /proc/net/nf_statmark/mail)
exits 3 'pool mail has no backend 0x9' pool mail drain 1 drain 9
exits 2 'within 0xff, the mask of pool mail' pool mail drain 1 +0x100
exits 2 'expected 0 to 1000' pool mail drain 1 weight 2 1001
exits 2 'lacks something' pool mail drain 1 weight 2
exits 3 'no pool web on this node' pool web drain 1
exits 5 'only root may change pools' on director su -s /bin/sh nobody -c 'nfcluster pool mail drain 1'
exits 4 'a rule uses pool mail' pool --remove mail
exits 3 'no pool web on this node' pool --remove web
is 'nothing has changed' "$(on director cat /proc/net/nf_statmark/mail)" "$before"

no_rules legacy
exits 0 'mail: gone' pool --remove mail
exits 1 'no pools on this node' pool
done_testing
