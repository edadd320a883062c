# must pass: memory is lost; only the scan at the end can tell
. /lab/lib.sh
ok 'one' insmod /lab/faults.ko fault=leak
done_testing
