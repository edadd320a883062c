# must fail: it ends before its end
. /lab/lib.sh
ok 'one' true
exit 0
