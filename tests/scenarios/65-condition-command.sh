#!/bin/bash
# kernels: 6.12
# modules: ours
# limit: 600
# nfcluster condition against a real kernel: it shows the switches, flips many at
# once under live traffic, takes old ones away, and says why it could not.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/director.sh
. /lab/director.sh

exits 3 'module xt_condition is not loaded' nfcluster condition
exits 3 'module xt_condition is not loaded' nfcluster condition mail1up up
load xt_condition
exits 1 'no switches on this node' nfcluster condition

director 2
serve mail1 --tcp 25
serve mail2 --tcp 25
exits 0 'mail1up: up now, and new' on director nfcluster condition mail1up up mail2up down
is 'switches belong to a network namespace' "$(nfcluster condition)" 'no switches on this node'
rules legacy <<END
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -d $SERVICE/32 -p tcp -m tcp --dport 25 -m condition --condition mail1up -j DNAT --to-destination 192.168.0.1
-A PREROUTING -d $SERVICE/32 -p tcp -m tcp --dport 25 -m condition --condition mail2up -j DNAT --to-destination 192.168.0.2
COMMIT
END
is 'what was set before the rules counts' "$(shares 10)" 'mail1=10'
exits 0 'mail1up: down now' on director nfcluster condition mail1up down mail2up up
is 'both have changed in one step' "$(shares 10)" 'mail2=10'
is 'the list is a table' "$(on director nfcluster condition | tr -s ' ' | paste -sd ,)" \
    'CONDITION STATE,mail1up down,mail2up up'
is '... and JSON' "$(on director nfcluster condition --json | tr -d ' \n')" \
    '{"conditions":[{"name":"mail1up","up":false},{"name":"mail2up","up":true}]}'
exits 1 down on director nfcluster condition mail1up
exits 0 up on director nfcluster condition mail2up
exits 1 'mail2up: up already' on director nfcluster condition mail2up up

# odd names go there and back
exits 0 'with blank=: up now' on director nfcluster condition -- 'with blank=' up -x up
is 'as the kernel has them' "$(on director sort /proc/net/nf_condition/.set | paste -sd ,)" \
    '-x=1,mail1up=0,mail2up=1,with\040blank==1'
exits 0 up on director nfcluster condition -- -x
exits 0 'with blank=: gone' on director nfcluster condition --remove 'with blank=' --remove=-x
is 'they are gone' "$(on director nfcluster condition | tail -n +2 | tr -s ' ' | paste -sd ,)" \
    'mail1up down,mail2up up'

# what is wrong changes nothing
exits 3 'no switch "nobody" on this node' on director nfcluster condition nobody
exits 3 'no switch "nobody" on this node' on director nfcluster condition --remove nobody mail1up up
exits 2 'expected up or down' on director nfcluster condition mail1up up mail2up off
exits 2 'expected a name of 1 to 30 bytes' on director nfcluster condition mail1up up a/b down
exits 4 'a rule or a pool asks switch "mail2up"; nothing was changed' \
    on director nfcluster condition mail1up up --remove mail2up
exits 5 'only root may change switches' \
    on director su -s /bin/sh nobody -c 'nfcluster condition mail1up up'
exits 0 up on director su -s /bin/sh nobody -c 'nfcluster condition mail2up'
is 'nothing has changed' "$(on director sort /proc/net/nf_condition/.set | paste -sd ,)" 'mail1up=0,mail2up=1'

# many
# shellcheck disable=SC2046 # words
exits 0 's4093: up now' on director nfcluster condition $(printf 's%d up ' {1..4093})
exits 4 'more than 4096 switches' on director nfcluster condition one up two up
is 'all of them were one write, or none' "$(on director nfcluster condition --json | grep -c '"up": true')" 4094
no_rules legacy
done_testing
