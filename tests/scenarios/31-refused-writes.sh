# What may be written to a cluster's file and what may not: every refusal with
# its errno, and the file unchanged after it.
. /lab/lib.sh

ok 'the module loads' load
ok 'an interface' ip link add lan0 type dummy
ok 'a cluster' iptables -A INPUT -d 192.168.0.10 -i lan0 -j CLUSTERIP --new \
    --clustermac 01:02:03:04:05:06 --total-nodes 16 --local-node 1 --hashmode sourceip
file=/proc/net/ipt_CLUSTERIP/192.168.0.10
ok 'and a slot more' labnet write $file '+5\n'

# refused ERRNO OPTIONS... TEXT
refused() {
    local got wanted=$1
    shift
    got="$(labnet write $file "$@") $(<$file)"
    is "$wanted: ${*@Q}" "$got" "$wanted 1,5"
}
# taken LENGTH TEXT RESULT - and back again with the sign turned
taken() {
    local got turned
    case $2 in +*) turned=-${2#+} ;; *) turned=+${2#-} ;; esac
    got="$(labnet write $file "$2") $(<$file)"
    is "taken: ${2@Q}" "$got" "$1 $3"
    is "and back: ${turned@Q}" "$(labnet write $file "$turned") $(<$file)" "$1 1,5"
}

# --- what is right
taken 2 +2 1,2,5
taken 3 '+2\n' 1,2,5
taken 3 +16 1,5,16
taken 10 +000000007 1,5,7
taken 10 '-00000005\n' 1

# --- no command at all
refused EIO ''
for text in 5 '5\n' ' +5' '\n' '\n+2' x '\x00' '\x00+2' '*2' '\xff' add; do
    refused EIO "$text"
done

# --- too long for the original; a write of ours is at most 64 KiB
if [ "$MODULE" == ours ]; then
    taken 11 +0000000002 1,2,5
    taken 11 '+000000002\n' 1,2,5
    for size in 11 4096 65536; do
        refused EINVAL --size $size +
        refused EINVAL --size $size '+2\n'
    done
    for size in 65537 1048576; do
        refused E2BIG --size $size +
        refused E2BIG --size $size '+2\n'
    done
else
    refused EIO +0000000002
    refused EIO '+000000002\n'
    refused EIO '-0000000005'
    for size in 11 4096 4097 65536 1048576; do
        refused EIO --size $size +
        refused EIO --size $size '+2\n'
    done
fi

# --- no number
for text in + - '+\n' '-\n' '+ 2' '+2 ' '+2\t' '+2\n\n' '+\n2' '+2x' +x2 +0x2 '+2,x' +3-2 '+2+3' \
    '-1,5-' '+2.' '+2\xff' '+2\r' +-2 --5; do
    case $text in *'\r') text='+2\x0d' ;; esac
    refused EINVAL "$text"
done

# --- a slot that is not the cluster's, or is so already
for text in +0 +00 '+0\n' +17 +64 +65 +4097 +65535 +1 +5 +000000005; do
    refused ENOMEM "$text"
done
for text in -0 '-0\n' -17 -64 -65 -65535 -2 -16; do
    refused ENOENT "$text"
done

# --- lists, and several commands in one write, are ours alone
for text in '+2,3' +2-3 '-1,5' '+2 -1' 'drain 1'; do
    if [ "$MODULE" == ours ]; then
        is "taken: ${text@Q}" "$(labnet write $file "$text")" ${#text}
        case $text in +*[,-]3) back=-2-3 ;; -*) back=+1,5 ;; drain*) back=+1 ;; *) back='-2 +1' ;; esac
        is "and back: ${back@Q}" "$(labnet write $file "$back") $(<$file)" "${#back} 1,5"
    else
        case $text in drain*) refused EIO "$text" ;; *) refused EINVAL "$text" ;; esac
    fi
done

# --- what the original took by accident
if [ "$MODULE" == ours ]; then
    for text in ++4 -+5 '+99999999' '-99999999' +65538 +65540 -65537 -65541 +131074; do
        refused EINVAL "$text"
    done
    for text in '+2\x00' '+2\x00\n' '+2\x00x'; do
        refused EINVAL "$text"
    done
else
    is 'the original takes ++4' "$(labnet write $file ++4) $(<$file)" '3 1,4,5'
    is 'and -65540, which takes it back' "$(labnet write $file -65540) $(<$file)" '6 1,5'
    is 'and +65538 as +2' "$(labnet write $file +65538 -2) $(<$file)" $'6\n2 1,5'
    is 'and what comes behind a NUL' "$(labnet write $file '+2\x00x' -2) $(<$file)" $'4\n2 1,5'
fi

# --- a refused write does not stop the next
is 'several writes to one open file' \
    "$(labnet write $file +2 +2 nonsense -3 '+3\n' -2 -3)" $'2\nENOMEM\nEIO\nENOENT\n3\n2\n2'
is 'leave what they add up to' "$(<$file)" 1,5

# --- where in the file it is written does not matter
ok 'written far behind the end' bash -c "printf +2 | dd of=$file bs=1M obs=2 seek=100 conv=notrunc"
is 'it counts' "$(<$file)" 1,2,5
ok 'appended' bash -c "printf -- -2 >>$file"
is 'it counts' "$(<$file)" 1,5

# --- memory that is not there
is 'a write from nowhere' "$(labnet write --nowhere 2 $file) $(<$file)" 'EFAULT 1,5'

done_testing
