# must fail: KASAN sees freed memory read
. /lab/lib.sh
ok 'one' true
insmod /lab/faults.ko fault=use-after-free
done_testing
