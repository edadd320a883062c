# must fail: it gave up
. /lab/lib.sh
ok 'one' true
lan node node
done_testing
