# SPDX-License-Identifier: GPL-2.0
# fish completion for nfcluster(8). What a command in (...) prints is offered as it is
# and never evaluated, whatever files are called.

function __nfcluster_names --description 'the files in /proc/net/FOLDER'
    for folder in $argv
        for file in /proc/net/$folder/*
            string replace -r '^.*/' '' -- $file
        end
    end
end

function __nfcluster_at --description 'is this the Nth word behind the command?'
    set -l words (commandline -opc)
    test (count $words) -eq (math 1 + $argv[1])
end

function __nfcluster_even --description 'have all names been told what they shall be?'
    set -l words (commandline -opc)
    test (math (count $words) % 2) -eq 0
end

set -l all status which slots condition pool ipvs check rules plan doctor events drain disable enable return weight reload
complete -c nfcluster -f
set -l first "not __fish_seen_subcommand_from $all"
complete -c nfcluster -n $first -l version -d 'which version this is'
complete -c nfcluster -n $first -a status -d 'what this node answers for and passes on'
complete -c nfcluster -n $first -a which -d 'the slot that a client falls into'
complete -c nfcluster -n $first -a slots -d 'answer for slots, or stop answering'
complete -c nfcluster -n $first -a condition -d 'the switches that rules ask'
complete -c nfcluster -n $first -a pool -d 'the backends that STATMARK chooses from'
complete -c nfcluster -n $first -a ipvs -d 'the kernel\'s load balancer and its servers'
complete -c nfcluster -n $first -a check -d 'is a configuration right, and for here?'
complete -c nfcluster -n $first -a rules -d 'the commands that a configuration needs'
complete -c nfcluster -n $first -a plan -d 'what would move if a node died'
complete -c nfcluster -n $first -a doctor -d 'what is wrong here and what mends it'
complete -c nfcluster -n $first -a events -d 'what nfclusterd sees, as it happens'
complete -c nfcluster -n $first -a drain -d 'a backend or a node gets no new connections'
complete -c nfcluster -n $first -a disable -d 'a backend gets none at all'
complete -c nfcluster -n $first -a enable -d 'a backend serves again while its checks are good'
complete -c nfcluster -n $first -a return -d 'a node gets slots again while it is well'
complete -c nfcluster -n $first -a weight -d 'a node gets more or fewer slots than others'
complete -c nfcluster -n $first -a reload -d 'nfclusterd reads its configuration again'
complete -c nfcluster -l help -d 'what can be said'

for command in status which condition pool ipvs check plan doctor events
    complete -c nfcluster -n "__fish_seen_subcommand_from $command" -l json -d 'for programs'
end
for command in status plan doctor events drain disable enable return weight reload
    complete -c nfcluster -n "__fish_seen_subcommand_from $command" -l socket -rF -d 'where nfclusterd answers'
end
complete -c nfcluster -n '__fish_seen_subcommand_from status' -l watch -d 'again whenever something changes'
complete -c nfcluster -n '__fish_seen_subcommand_from status' -l kernel -d 'whatever the daemon says'
complete -c nfcluster -n '__fish_seen_subcommand_from events' -l count -x -d 'ends after so many'
complete -c nfcluster -n '__fish_seen_subcommand_from doctor' -l config -rF -d 'the configuration of nfclusterd'
complete -c nfcluster -n '__fish_seen_subcommand_from rules' -l node -x -d 'for another node'
complete -c nfcluster -n '__fish_seen_subcommand_from rules' -l service -x -d 'what clients of a pool ask'
complete -c nfcluster -n '__fish_seen_subcommand_from plan' -l dies -x -d 'this node is lost'
complete -c nfcluster -n '__fish_seen_subcommand_from plan' -l returns -x -d 'this one comes back'
complete -c nfcluster -n '__fish_seen_subcommand_from plan' -l weight -x -d 'this one gets another weight: NODE=W'
complete -c nfcluster -n '__fish_seen_subcommand_from plan' -l cluster -x -d 'of this one alone'
complete -c nfcluster -n '__fish_seen_subcommand_from plan' -l clients -rF -d 'counts them too'
complete -c nfcluster -n '__fish_seen_subcommand_from plan' -l port -x -d 'which port clients ask'
complete -c nfcluster -n '__fish_seen_subcommand_from check rules plan' -F
complete -c nfcluster -n '__fish_seen_subcommand_from which slots; and __nfcluster_at 1' -a '(__nfcluster_names ipt_CLUSTERIP ip6t_CLUSTERIP)'
complete -c nfcluster -n '__fish_seen_subcommand_from slots; and not __nfcluster_at 1' -a 'drain fill'
complete -c nfcluster -n '__fish_seen_subcommand_from which' -l port -x -d 'destination port'
complete -c nfcluster -n '__fish_seen_subcommand_from which' -l total-nodes -x -d 'instead of what the cluster has'
complete -c nfcluster -n '__fish_seen_subcommand_from which' -l hash-init -x -d 'instead of what the cluster has'
complete -c nfcluster -n '__fish_seen_subcommand_from which' -l hashmode -x -a 'sourceip sourceip-sourceport sourceip-sourceport-destport'
complete -c nfcluster -n '__fish_seen_subcommand_from condition; and __nfcluster_even' -a '(__nfcluster_names nf_condition)'
complete -c nfcluster -n '__fish_seen_subcommand_from condition; and not __nfcluster_even' -a 'up down'
complete -c nfcluster -n '__fish_seen_subcommand_from condition' -l remove -x -a '(__nfcluster_names nf_condition)' -d 'take this switch away'
complete -c nfcluster -n '__fish_seen_subcommand_from pool; and __nfcluster_at 1' -a '(__nfcluster_names nf_statmark)'
complete -c nfcluster -n '__fish_seen_subcommand_from pool; and not __nfcluster_at 1' -a 'drain weight gate'
complete -c nfcluster -n '__fish_seen_subcommand_from pool' -l remove -x -a '(__nfcluster_names nf_statmark)' -d 'take this pool away'
complete -c nfcluster -n '__fish_seen_subcommand_from ipvs; and __nfcluster_at 1' -a 'list add edit delete zero save restore clear'
complete -c nfcluster -n '__fish_seen_subcommand_from ipvs; and __fish_seen_subcommand_from restore' -F
