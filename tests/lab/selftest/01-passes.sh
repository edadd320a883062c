# must pass: everything is right
. /lab/lib.sh
ok 'true is true' true
nok 'false is not' false
is 'equal strings' a a
fails_with 'No such file' cat /nowhere
done_testing
