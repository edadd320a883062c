# must fail: the kernel crashes
. /lab/lib.sh
ok 'one' true
echo c >/proc/sysrq-trigger
sleep 1000
