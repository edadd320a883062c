#!/bin/bash
# kernels: 5.10 6.1 6.12 sid debug
# modules: ours
# The switches as files: what can be written, many at once, waiting for a change.
. /lab/lib.sh
load xt_condition
with_ours
switches=/proc/net/nf_condition
all() { sort $switches/.set | paste -sd ' '; }

iptables -A INPUT -m condition --condition up -j ACCEPT
is 'the file can be written by root alone, read by all' "$(stat -c %a:%u:%g $switches/up)" 644:0:0
is 'so can the one for all' "$(stat -c %a:%u:%g $switches/.set)" 644:0:0

# One write, one answer: 0 or 1, perhaps with a newline.
is '"1" is taken' "$(labnet write $switches/up 1)" 1
is 'and stands' "$(cat $switches/up)" 1
is '"0\n" is taken' "$(labnet write $switches/up '0\n')" 2
is 'and stands' "$(cat $switches/up)" 0
echo 1 >$switches/up
for text in '' 2 on x 1garbage 00 01 '1\n\n' ' 1' '1 ' '\n' '-1' '+1' '1\x00' '\x00' '0\x00' '0x0'; do
    is "'$text' is refused" "$(labnet write $switches/up "$text")" EINVAL
    [ "$(cat $switches/up)" == 1 ] || is "and '$text' changes nothing" changed unchanged
done
is 'a megabyte is refused' "$(labnet write --size 1048576 $switches/up 0)" EINVAL
is 'memory that is not there' "$(labnet write --nowhere 2 $switches/up)" EFAULT
is 'and it stands as it did' "$(labnet read --size 1 $switches/up)" 1

# Before any rule names them; in one write, all or nothing.
echo 'mail1up=1 mail2up=0' >$switches/.set
is 'switches can be set before rules name them' "$(all)" 'mail1up=1 mail2up=0 up=1'
iptables -A INPUT -m condition --condition mail1up -j ACCEPT
is 'the rule finds the value that was set' "$(cat $switches/mail1up)" 1
printf 'mail1up=0\nmail2up=1\nup=0\n' >$switches/.set
is 'newlines part words as well' "$(all)" 'mail1up=0 mail2up=1 up=0'
for text in 'mail1up=1 mail2up' 'mail1up=1 new=2' 'new=1 bad/name=1' 'up=1 .set=1' '' '\n' \
    'up=1\x00' 'up=1 a\x22b=1' 'up=1 a\\012b=1' 'up=1 a\\000b=1' '-' 'up=1 -new=' 'up=1 =1' \
    'up=1 thirty-one-bytes-are-one-too-ma=1' 'up=1 new=on' 'up=1 new= 1' 'up = 1'; do
    is "'$text' is refused whole" "$(labnet write $switches/.set "$text")" EINVAL
done
is 'taking away one that is not there' "$(labnet write $switches/.set 'up=1 new=1 -nobody')" ENOENT
is 'taking away one that a rule asks' "$(labnet write $switches/.set 'mail1up=1 new=1 -mail2up -up')" EBUSY
is 'taking away one twice' "$(labnet write $switches/.set '-mail2up up=1 -mail2up')" EBUSY
is 'setting and taking away in one' "$(labnet write $switches/.set 'up=1 mail2up=0 -mail2up')" EBUSY
is 'more than 64 KiB' "$(labnet write --size 65537 $switches/.set 'up=1 ')" E2BIG
is 'memory that is not there' "$(labnet write --nowhere 100 $switches/.set)" EFAULT
is 'nothing of all this took effect' "$(all)" 'mail1up=0 mail2up=1 up=0'
is 'nor made a file' "$(cd $switches && echo *)" 'mail1up mail2up up'
is '64 KiB' "$(labnet write --size 65536 $switches/.set 'up=1 ')" 65536
is 'the last word counts' "$(labnet write $switches/.set 'up=1 up=0 up=1 mail2up=0')" 24
is 'and so it stands' "$(all)" 'mail1up=0 mail2up=0 up=1'
echo '-mail2up' >$switches/.set
is 'one that no rule asks goes on purpose' "$(all)" 'mail1up=0 up=1'
nok 'and its file with it' test -e $switches/mail2up
iptables -D INPUT -m condition --condition mail1up -j ACCEPT
ok 'one that no rule asks any more as well' labnet write $switches/.set -mail1up
iptables-nft -A INPUT -m condition --condition gone -j ACCEPT
is 'nor goes one that nft asks' "$(labnet write $switches/.set -gone)" EBUSY
iptables-nft -F INPUT
# nft frees its rules in the background.
ok 'soon after that it does' until_ok 20 labnet write $switches/.set -gone
is 'and comes back at 0' "$(labnet write $switches/.set gone=1 -gone >/dev/null
    iptables -A INPUT -m condition --condition gone -j ACCEPT
    cat $switches/gone)" 0

# Odd names: a blank is \040; what .set says can be written back.
printf '%s\n' 'with\040blank=1 a=b=1 -x=0' >$switches/.set
is 'a blank in a name' "$(cat "$switches/with blank")" 1
is 'an equals sign' "$(cat $switches/a=b)" 1
is 'a minus' "$(cat $switches/-x)" 0
cp $switches/.set /tmp/saved
printf 'up=0 with\\040blank=0 a=b=0 -x=1\n' >$switches/.set
cat /tmp/saved >$switches/.set
ok 'what .set said can be written back' diff /tmp/saved $switches/.set
is 'and is the same however it is read' "$(labnet read --size 3 --again $switches/.set)" "$(cat /tmp/saved /tmp/saved)"
printf '%s\n' '-with\040blank -a\075b --x' >$switches/.set
is 'they go' "$(all)" 'gone=0 up=1'

# Waiting for a change, of one switch and of any.
waits() { # OPTION... FILE
    rm -f /tmp/poll # not what an earlier one said
    labnet poll --timeout 60000 "$@" >/tmp/poll &
    until_ok 20 grep -qs waiting /tmp/poll || diag "not waiting"
}
anew() { sed '1,/waiting/d' /tmp/poll; }
for way in poll select epoll; do
    for file in up .set; do
        echo 0 >$switches/up
        waits --by $way $switches/$file
        echo 1 >$switches/up
        ok "$way() on $file wakes at a change" wait $!
        is "and $file reads anew" "$(anew)" "$(cat $switches/$file)"
    done
done
waits $switches/up
echo 'other=1 up=0' >$switches/.set
ok 'a switch hears of a change by .set' wait $!
is 'and says it' "$(anew)" 0
waits $switches/.set
echo '-other' >$switches/.set
ok '.set hears of a switch that goes' wait $!
is 'and says it' "$(anew | sort)" $'gone=0\nup=0'
waits $switches/.set
iptables -A INPUT -m condition --condition born -j ACCEPT
ok '.set hears of a switch that a rule makes' wait $!
is 'and says it' "$(anew | sort)" $'born=0\ngone=0\nup=0'
nok 'without a change nobody wakes' labnet poll --timeout 300 $switches/up
rm -f /tmp/poll
labnet poll --timeout 500 $switches/up >/tmp/poll &
until_ok 20 grep -qs waiting /tmp/poll || diag "not waiting"
echo 0 >$switches/up
echo 1 >$switches/gone
labnet write $switches/up 2 >/dev/null
nok 'nor at the same value, a bad one, or that of another switch' wait $!
is 'but waits to the end' "$(tail -n 1 /tmp/poll)" timeout
waits $switches/born
iptables -F INPUT
ok 'a switch goes although somebody waits for it' labnet write $switches/.set -born
nok 'who is sent away' wait $!
is 'and told so' "$(anew)" gone

# As many as a namespace may have, and not one more.
for i in $(seq $((4096 - $(wc -l <$switches/.set)))); do echo "many$i=1"; done >/tmp/many
sed 's/^/-/; s/=1//' /tmp/many >/tmp/less
whole() { dd if="$1" of=$switches/.set bs=64k status=none; }
fails_with 'No space left on device' eval 'cat /tmp/many - <<<extra=1 >/tmp/more; whole /tmp/more'
is 'one too many, and none was made' "$(find $switches -name 'many*' | wc -l)" 0
ok 'thousands in one write' whole /tmp/many
is 'are all there' "$(wc -l <$switches/.set)" 4096
is 'and are files' "$(find $switches -type f ! -name .set | wc -l)" 4096
is 'one more is not' "$(labnet write $switches/.set up=1 extra=1)" $'4\nENOSPC'
fails_with 'No space left on device' iptables -A INPUT -m condition --condition extra -j ACCEPT
ok 'a rule can name one that is there' iptables -A INPUT -m condition --condition many1 -j ACCEPT
fails_with 'Device or resource busy' whole /tmp/less
is 'so none of them goes' "$(wc -l <$switches/.set)" 4096
iptables -F INPUT
ok 'then all go in one write' whole /tmp/less
is 'all of them' "$(find $switches -name 'many*' | wc -l)" 0
ok 'the module goes with switches set' unload xt_condition
done_testing
