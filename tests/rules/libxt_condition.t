# Lines of  options;what iptables-save prints ("=": the options as given);OK or FAIL
# as iptables' own test program reads them.
:INPUT
-m condition --condition up;-m condition --condition "up" ;OK
-m condition ! --condition up;-m condition ! --condition "up" ;OK
-m condition --condition thirty-bytes-are-the-most-ever;-m condition --condition "thirty-bytes-are-the-most-ever" ;OK
-p tcp -m condition --condition a -m condition ! --condition b -m tcp --dport 80;-p tcp -m condition --condition "a"  -m condition ! --condition "b"  -m tcp --dport 80;OK
# names that a file of saved rules has to bring back
-m condition --condition "with blank";-m condition --condition "with blank" ;OK
-m condition --condition "it's";-m condition --condition "it's" ;OK
-m condition --condition " ends ";-m condition --condition " ends " ;OK
-m condition --condition '$(reboot)';-m condition --condition "$(reboot)" ;OK
-m condition --condition -x;-m condition --condition "-x" ;OK
-m condition --condition '!';-m condition --condition "!" ;OK
-m condition --condition grün;-m condition --condition "grün" ;OK
# those that it could not
-m condition --condition 'a"b';;FAIL
-m condition --condition 'a\b';;FAIL
-m condition --condition $'a\nb';;FAIL
-m condition --condition $'\x7f';;FAIL
# and those that cannot be a file
-m condition --condition "";;FAIL
-m condition --condition .;;FAIL
-m condition --condition ..;;FAIL
-m condition --condition .set;;FAIL
-m condition --condition a/b;;FAIL
-m condition --condition thirty-one-bytes-are-one-too-ma;;FAIL
# once, with a name
-m condition;;FAIL
-m condition --condition;;FAIL
-m condition --condition a --condition b;;FAIL
-m condition --condition a stray;;FAIL
-m condition --no-such-option;;FAIL
