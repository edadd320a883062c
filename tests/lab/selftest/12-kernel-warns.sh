# must fail: the kernel warns while every test passes
. /lab/lib.sh
ok 'one' true
echo 'WARNING: CPU: 0 PID: 1 at net/nowhere.c:1 nothing+0x0/0x0' >/dev/kmsg
done_testing
