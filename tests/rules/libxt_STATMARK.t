# Lines of  options;what iptables-save prints ("=": the options as given);OK or FAIL
# as iptables' own test program reads them, with :CHAINS and *TABLE in front. It
# takes "# says: TEXT" for a remark; for tests/rules/target.sh the refusals that
# follow, up to the next such line, have to say TEXT.
:PREROUTING,OUTPUT
*mangle
-j STATMARK --pool mail --mode nth --backend mark=0x1;=;OK
# the pool is there now
-j STATMARK --pool mail;=;OK
-p tcp -m tcp --dport 25 -j STATMARK --pool mail;=;OK
-j STATMARK --pool mail --mode nth --backend mark=0x1,condition=mail1up --backend mark=0x2,condition=!mail2down;=;OK
-j STATMARK --pool weights --mode random --backend mark=0x1,weight=0 --backend mark=0x2 --backend mark=0x3,weight=1000;=;OK
-j STATMARK --pool masked --mode hash --backend mark=0x100 --backend mark=0xff00,weight=3,condition=!a --mask 0xff00;=;OK
-j STATMARK --pool high --mode nth --backend mark=0xffffffff --backend mark=0x80000000;=;OK
# the order of backends is kept
-j STATMARK --pool order --mode nth --backend mark=0x3 --backend mark=0x1 --backend mark=0x2;=;OK
# one switch for two
-j STATMARK --pool shared --mode nth --backend mark=0x1,condition=rack1 --backend mark=0x2,condition=rack1 --backend mark=0x3,condition=!rack1;=;OK
# names at their longest; names that need quotes
-j STATMARK --pool a-pool-can-have-thirty-one-byte --mode nth --backend mark=0x1,condition=!thirty-bytes-are-the-most-ever;=;OK
-j STATMARK --pool "mail in" --mode nth --backend "mark=0x1,condition=mail 1 up";=;OK
-j STATMARK --pool dots.and-dashes_1 --mode nth --backend mark=0x1,condition=a.b-c_d:e+f@g;=;OK
# defaults, the order of options, bases, several backends in one
-j STATMARK --pool d1 --backend mark=1;-j STATMARK --pool d1 --mode nth --backend mark=0x1;OK
-j STATMARK --mask 255 --backend mark=10,condition=x,weight=2 --mode hash --backend mark=0xb --pool d2;-j STATMARK --pool d2 --mode hash --backend mark=0xa,weight=2,condition=x --backend mark=0xb --mask 0xff;OK
-j STATMARK --pool d3 --backend mark=1,weight=1 --mask 0xffffffff --mode nth;-j STATMARK --pool d3 --mode nth --backend mark=0x1;OK
-j STATMARK --pool d4 --backend mark=1,weight=2,mark=2,condition=x,mark=3;-j STATMARK --pool d4 --mode nth --backend mark=0x1,weight=2 --backend mark=0x2,condition=x --backend mark=0x3;OK
# --pool
# says: option "--pool" must be specified
-j STATMARK;;FAIL
-j STATMARK --mode nth --backend mark=1;;FAIL
# says: --pool wants a name of 1 to 31 bytes, not ""
-j STATMARK --pool "";;FAIL
# says: --pool wants a name of 1 to 31 bytes, not "a-pool-cannot-have-thirty-2-byte"
-j STATMARK --pool a-pool-cannot-have-thirty-2-byte --backend mark=1;;FAIL
# says: the name of a pool cannot be ".pools"
-j STATMARK --pool .pools --backend mark=1;;FAIL
# says: the name of a pool cannot be "."
-j STATMARK --pool . --backend mark=1;;FAIL
# says: the name of a pool cannot be ".."
-j STATMARK --pool .. --backend mark=1;;FAIL
# says: byte 2 of this one is 0x2f
-j STATMARK --pool a/b --backend mark=1;;FAIL
# says: byte 2 of this one is 0x22
-j STATMARK --pool 'a"b' --backend mark=1;;FAIL
# says: byte 2 of this one is 0x5c
-j STATMARK --pool 'a\b' --backend mark=1;;FAIL
# says: option "--pool" can only be used once
-j STATMARK --pool a --pool b --backend mark=1;;FAIL
# --mode, --mask
# says: they need --backend
-j STATMARK --pool mail --mode nth;;FAIL
-j STATMARK --pool mail --mask 0xff;;FAIL
# says: --mode is nth, random or hash, not "NTH"
-j STATMARK --pool mail --mode NTH --backend mark=1;;FAIL
# says: --mode is nth, random or hash, not ""
-j STATMARK --pool mail --mode "" --backend mark=1;;FAIL
# says: option "--mode" can only be used once
-j STATMARK --pool mail --mode nth --mode nth --backend mark=1;;FAIL
# says: --mask wants a number from 1 to 0xffffffff, not "0"
-j STATMARK --pool mail --backend mark=1 --mask 0;;FAIL
# says: --mask wants a number from 1 to 0xffffffff, not "0x100000000"
-j STATMARK --pool mail --backend mark=1 --mask 0x100000000;;FAIL
# says: --mask wants a number from 1 to 0xffffffff, not "-1"
-j STATMARK --pool mail --backend mark=1 --mask -1;;FAIL
# says: --mask wants a number from 1 to 0xffffffff, not "ff"
-j STATMARK --pool mail --backend mark=1 --mask ff;;FAIL
# says: --backend mark=0x100 has bits outside of --mask 0xff
-j STATMARK --pool mail --backend mark=1 --backend mark=256 --mask 0xff;;FAIL
-j STATMARK --mask 0xff --pool mail --backend mark=1,mark=256;;FAIL
# --backend: mark
# says: mark= wants a number from 1 to 0xffffffff, not "0"
-j STATMARK --pool mail --backend mark=0;;FAIL
# says: mark= wants a number from 1 to 0xffffffff, not ""
-j STATMARK --pool mail --backend mark=;;FAIL
-j STATMARK --pool mail --backend mark;;FAIL
# says: mark= wants a number from 1 to 0xffffffff, not "-1"
-j STATMARK --pool mail --backend mark=-1;;FAIL
# says: mark= wants a number from 1 to 0xffffffff, not "+1"
-j STATMARK --pool mail --backend mark=+1;;FAIL
# says: mark= wants a number from 1 to 0xffffffff, not " 1"
-j STATMARK --pool mail --backend "mark= 1";;FAIL
# says: mark= wants a number from 1 to 0xffffffff, not "1/0xff"
-j STATMARK --pool mail --backend mark=1/0xff;;FAIL
# says: mark= wants a number from 1 to 0xffffffff, not "4294967296"
-j STATMARK --pool mail --backend mark=4294967296;;FAIL
# says: mark= wants a number from 1 to 0xffffffff, not "0x00000000000000001"
-j STATMARK --pool mail --backend mark=0x00000000000000001;;FAIL
# says: --backend mark=0x1 is given twice
-j STATMARK --pool mail --backend mark=1 --backend mark=2 --backend mark=0x1;;FAIL
-j STATMARK --pool mail --backend mark=1,mark=1;;FAIL
# says: --backend "": it begins with mark=
-j STATMARK --pool mail --backend "";;FAIL
# says: it begins with mark=, not "weight=1"
-j STATMARK --pool mail --backend weight=1,mark=1;;FAIL
# says: it begins with mark=, not "1"
-j STATMARK --pool mail --backend 1;;FAIL
# says: cannot be inverted
-j STATMARK --pool mail ! --backend mark=1;;FAIL
# --backend: weight
# says: weight= wants a number from 0 to 1000, not "1001"
-j STATMARK --pool mail --backend mark=1,weight=1001;;FAIL
# says: weight= wants a number from 0 to 1000, not "65536"
-j STATMARK --pool mail --backend mark=1,weight=65536;;FAIL
# says: weight= wants a number from 0 to 1000, not "-1"
-j STATMARK --pool mail --backend mark=1,weight=-1;;FAIL
# says: weight= wants a number from 0 to 1000, not ""
-j STATMARK --pool mail --backend mark=1,weight=;;FAIL
-j STATMARK --pool mail --backend mark=1,weight;;FAIL
# says: weight= wants a number from 0 to 1000, not "1.5"
-j STATMARK --pool mail --backend mark=1,weight=1.5;;FAIL
# says: once each, not "weight=3"
-j STATMARK --pool mail --backend mark=1,weight=2,weight=3;;FAIL
# --backend: condition
# says: condition= wants 1 to 30 bytes, after at most one "!", not ""
-j STATMARK --pool mail --backend mark=1,condition=;;FAIL
-j STATMARK --pool mail --backend mark=1,condition=!;;FAIL
# says: condition= wants 1 to 30 bytes, after at most one "!", not "!up"
-j STATMARK --pool mail --backend mark=1,condition=!!up;;FAIL
# says: condition= wants 1 to 30 bytes, after at most one "!", not "thirty-one-bytes-are-too-many-x"
-j STATMARK --pool mail --backend mark=1,condition=thirty-one-bytes-are-too-many-x;;FAIL
-j STATMARK --pool mail --backend mark=1,condition=!thirty-one-bytes-are-too-many-x;;FAIL
# says: the name of a condition cannot be ".set"
-j STATMARK --pool mail --backend mark=1,condition=.set;;FAIL
# says: the name of a condition cannot be ".."
-j STATMARK --pool mail --backend mark=1,condition=!..;;FAIL
# says: byte 5 of this one is 0x2f
-j STATMARK --pool mail --backend mark=1,condition=mail/up;;FAIL
# says: byte 5 of this one is 0x22
-j STATMARK --pool mail --backend 'mark=1,condition=mail"up';;FAIL
# says: byte 5 of this one is 0x5c
-j STATMARK --pool mail --backend 'mark=1,condition=mail\up';;FAIL
# says: once each, not "condition=b"
-j STATMARK --pool mail --backend mark=1,condition=a,condition=b;;FAIL
# says: once each, not "up"
-j STATMARK --pool mail --backend mark=1,condition=mail,up;;FAIL
# --backend: the rest
# says: once each, not ""
-j STATMARK --pool mail --backend mark=1,;;FAIL
-j STATMARK --pool mail --backend mark=1,,weight=2;;FAIL
# says: once each, not "WEIGHT=2"
-j STATMARK --pool mail --backend mark=1,WEIGHT=2;;FAIL
# says: once each, not "weight =2"
-j STATMARK --pool mail --backend "mark=1,weight =2";;FAIL
# says: unknown option
-j STATMARK --pool mail --no-such-option;;FAIL
# what only the kernel knows: where a rule may stand, which pools there are
# says: Invalid argument
:INPUT,FORWARD,POSTROUTING
-j STATMARK --pool mail --backend mark=1;;FAIL
:PREROUTING,OUTPUT
*raw
-j STATMARK --pool mail --backend mark=1;;FAIL
*nat
-j STATMARK --pool mail --backend mark=1;;FAIL
*mangle
# says: No
-j STATMARK --pool nobody;;FAIL
