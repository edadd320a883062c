# Lines of  options;what iptables-save prints ("=": the options as given);OK or FAIL
# as iptables' own test program reads them, with :CHAINS and *TABLE in front. It
# takes "# says: TEXT" for a remark; for tests/rules/target.sh the refusals that
# follow, up to the next such line, have to say TEXT.
:PREROUTING,INPUT
*mangle
-j SHAREDIP --cluster-ip 10.0.0.128 --cluster-dev lo --clustermac 01:00:5E:00:00:80 --total-slots 2 --local-slots 1 --hashmode sourceip --hash-init 0;=;OK
-j SHAREDIP --cluster-ip 10.0.1.129 --cluster-dev lo --clustermac 01:00:5E:00:01:81 --total-slots 4096 --local-slots 1-4096 --hashmode sourceip-sourceport --hash-init 1;=;OK
-j SHAREDIP --cluster-ip 10.0.2.130 --cluster-dev lo --clustermac 01:00:5E:00:02:82 --total-slots 4096 --local-slots none --hashmode sourceip-sourceport-destport --hash-init 4294967295;=;OK
-j SHAREDIP --cluster-ip 10.0.3.131 --cluster-dev lo --clustermac 01:02:03:04:05:06 --total-slots 12 --local-slots 1,4-6,8,10-12 --hashmode sourceip --hash-init 0;=;OK
-p tcp -m tcp --dport 80 -j SHAREDIP --cluster-ip 10.0.4.132 --cluster-dev lo --clustermac 01:00:5E:00:04:84 --total-slots 2 --local-slots 1 --hashmode sourceip --hash-init 0;=;OK
-j SHAREDIP --cluster-ip 10.0.9.137 --cluster-dev lo --clustermac 02:00:5E:00:00:80 --total-slots 2 --local-slots 1 --hashmode sourceip --hash-init 0;=;OK
# the MAC takes 23 bits of the address
-j SHAREDIP --cluster-ip 10.200.1.2 --cluster-dev lo --total-slots 2 --local-slots 1 --hashmode sourceip;-j SHAREDIP --cluster-ip 10.200.1.2 --cluster-dev lo --clustermac 01:00:5E:48:01:02 --total-slots 2 --local-slots 1 --hashmode sourceip --hash-init 0;OK
# defaults, the order of options, lists, bases
-j SHAREDIP --cluster-ip 10.0.5.133 --cluster-dev lo --total-slots 2 --local-slots 1 --hashmode sourceip;-j SHAREDIP --cluster-ip 10.0.5.133 --cluster-dev lo --clustermac 01:00:5E:00:05:85 --total-slots 2 --local-slots 1 --hashmode sourceip --hash-init 0;OK
-j SHAREDIP --hashmode sourceip-sourceport --local-slots 3,1-2,8 --hash-init 0x10 --total-slots 9 --cluster-dev lo --cluster-ip 10.0.6.134;-j SHAREDIP --cluster-ip 10.0.6.134 --cluster-dev lo --clustermac 01:00:5E:00:06:86 --total-slots 9 --local-slots 1-3,8 --hashmode sourceip-sourceport --hash-init 16;OK
-j SHAREDIP --cluster-ip 10.0.7.135 --cluster-dev lo --clustermac 1:2:3:4:5:a --total-slots 1 --local-slots 1-1 --hashmode sourceip;-j SHAREDIP --cluster-ip 10.0.7.135 --cluster-dev lo --clustermac 01:02:03:04:05:0A --total-slots 1 --local-slots 1 --hashmode sourceip --hash-init 0;OK
# says: Invalid argument
-j SHAREDIP --cluster-ip 0.0.0.0 --cluster-dev lo --clustermac 01:00:5e:00:00:01 --total-slots 2 --local-slots 1 --hashmode sourceip;;FAIL
-j SHAREDIP --cluster-ip 224.0.0.1 --cluster-dev lo --clustermac 01:00:5e:00:00:01 --total-slots 2 --local-slots 1 --hashmode sourceip;;FAIL
-j SHAREDIP --cluster-ip 255.255.255.255 --cluster-dev lo --clustermac 01:00:5e:00:00:01 --total-slots 2 --local-slots 1 --hashmode sourceip;;FAIL
# says: option "--cluster-ip" must be specified
-j SHAREDIP ;;FAIL
-j SHAREDIP --cluster-dev lo --total-slots 2 --local-slots 1 --hashmode sourceip;;FAIL
# says: --cluster-ip wants an IPv4 address, not "2001:db8::1"
-j SHAREDIP --cluster-ip 2001:db8::1;;FAIL
-j SHAREDIP --cluster-ip 2001:db8::1 --cluster-dev lo --total-slots 2 --local-slots 1 --hashmode sourceip;;FAIL
# says: what a cluster is takes --cluster-dev, --total-slots, --local-slots and --hashmode
-j SHAREDIP --cluster-ip 10.0.8.136 --cluster-dev lo;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --hash-init 1;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --clustermac 01:00:5e:00:00:01;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --total-slots 2 --local-slots 1 --hashmode sourceip;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --cluster-dev lo --local-slots 1 --hashmode sourceip;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --cluster-dev lo --total-slots 2 --hashmode sourceip;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --cluster-dev lo --total-slots 2 --local-slots 1;;FAIL
# says: --cluster-dev wants a name of 1 to 15 bytes
-j SHAREDIP --cluster-ip 10.0.8.136 --cluster-dev "";;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --cluster-dev sixteen-bytes-is;;FAIL
# says: no interface is called
-j SHAREDIP --cluster-ip 10.0.8.136 --cluster-dev a/b;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --cluster-dev "a b";;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --cluster-dev 'a"b';;FAIL
# says: --hashmode is sourceip, sourceip-sourceport or sourceip-sourceport-destport, not "sip"
-j SHAREDIP --cluster-ip 10.0.8.136 --cluster-dev lo --total-slots 2 --local-slots 1 --hashmode sip;;FAIL
# says: --local-slots wants none or slots from 1 to 4096 as in 1,4-6, each once
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots "";;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots 0;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots 4097;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots 1,;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots 1,,2;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots ,1;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots 1-;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots -1;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots 2-1;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots 1-2-3;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots 1,1;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots 1-3,2;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots x;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots 1x;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots 99999999999;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots 1-4097;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --local-slots nonee;;FAIL
# says: --local-slots has 3, and --total-slots is 2
-j SHAREDIP --cluster-ip 10.0.8.136 --cluster-dev lo --total-slots 2 --local-slots 1-3 --hashmode sourceip;;FAIL
# says: can only be used once
-j SHAREDIP --cluster-ip 10.0.8.136 --cluster-ip 10.0.8.136;;FAIL
# says: 
-j SHAREDIP --cluster-ip 10.0.8.136 --cluster-dev lo --total-slots 0 --local-slots none --hashmode sourceip;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --cluster-dev lo --total-slots 4097 --local-slots 1 --hashmode sourceip;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --clustermac 01:02:03;;FAIL
# says: Invalid argument
-j SHAREDIP --cluster-ip 10.0.8.136;;FAIL
-j SHAREDIP --cluster-ip 10.0.8.136 --cluster-dev lo --total-slots 2 --local-slots 1 --hashmode sourceip --clustermac 00:00:00:00:00:00;;FAIL
