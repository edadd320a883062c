# must fail: a test fails
. /lab/lib.sh
ok 'false is true' false
done_testing
