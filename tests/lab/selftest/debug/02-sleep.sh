# must fail: a sleep with a spinlock held
. /lab/lib.sh
ok 'one' insmod /lab/faults.ko fault=sleep
done_testing
