# must fail: lockdep sees two locks taken in both orders
. /lab/lib.sh
ok 'one' insmod /lab/faults.ko fault=order
done_testing
