# shellcheck shell=bash
# The day of a mail director whose servers are looked after by nfclusterd. Goes
# behind lib.sh, director.sh and services.sh.

# mail_day BACKEND RULES - stdin is the configuration
mail_day() {
    smtp mail1
    smtp mail2
    ok 'the rules load' rules "$1" <"$2"
    look_after director
    ok 'both serve, half and half' settles greetings 20 'mail1=10 mail2=10'
    printf 'From: <me@example.org>\nTo: <root@example.org>\n\nhello\n' >/tmp/mail
    ok 'mail goes through' on client curl -sS --max-time 30 "smtp://$SERVICE" \
        --mail-from me@example.org --mail-rcpt root@example.org -T /tmp/mail
    ok 'and arrives' until_ok 20 eval 'ls /tmp/smtp.mail?/mail/new/* &>/dev/null'
    ok 'a connection stays open' held_by_mail2

    _bad_hour killed 'no_service mail1' 'smtp mail1'
    _bad_hour hung 'hang mail1' 'unhang mail1'
    _bad_hour slow 'slow mail1 5000' 'slow mail1 0'
    _bad_hour 'answers 421' 'unwilling mail1' 'willing mail1'
    ok 'and the log says so' said director '421 mail1 is too busy'

    no_service mail1
    hang mail2
    ok 'both gone: refused at once' settles greetings 6 'refused=6'
    unhang mail2
    ok 'one back: it has all' settles greetings 6 'mail2=6'
    is 'what was open has stayed' "$(answer_to "$STAYS" NOOP)" $'250 2.0.0 Ok\r'
    smtp mail1
    ok 'both back' settles greetings 20 'mail1=10 mail2=10'
    let_go "$STAYS"
    ok 'the daemon ends' look_away director
    is 'and the kernel goes on without it' "$(greetings 20)" 'mail1=10 mail2=10'
}

held_by_mail2() {
    local try
    for try in 1 2; do
        hold "stays$try" client "$SERVICE" 25 && hear "stays$try" 20 || return 1
        [[ $HEARD == *mail2* ]] && break
    done
    STAYS=stays$try
    [[ $HEARD == *mail2* ]]
}

# _bad_hour WHAT BEGINNING END - mail1 is out soon after the one, and back after
# the other
_bad_hour() {
    eval "$2"
    ok "mail1 $1: all to mail2" settles greetings 8 'mail2=8'
    is "mail1 $1: what is open on mail2 stays" "$(answer_to "$STAYS" NOOP)" $'250 2.0.0 Ok\r'
    eval "$3"
    ok "mail1 $1 no more: half and half" settles greetings 20 'mail1=10 mail2=10'
}
