# must fail: that a program is missing is no failure anybody wanted
. /lab/lib.sh
nok 'it is refused' no-such-program
done_testing
