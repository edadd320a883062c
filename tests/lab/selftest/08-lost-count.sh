# must fail: a test in a subshell is not counted
. /lab/lib.sh
(ok 'one' true)
ok 'two' true
done_testing
