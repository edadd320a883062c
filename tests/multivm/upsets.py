"""Stories of daemons, configurations and Corosync that are not as they should be."""

import signal
import time

from troubles import finish  # first: it says where the lab is
from stage import ADDRESS
from trial import FETCH, IN_TIME, SHOUT, moments

# Seconds in which a daemon ends, and its slots are looked at.
GONE = 2.0
# Seconds.
HANGS = (5, 20)
# Messages, and milliseconds from one to the next.
SAID, SAID_EVERY = 2000, 5
NONSENSE = "says what we do not understand"


def rolling(trial, _rounds=1):
    """No request is lost, and no connection, while each node is restarted."""
    trial.begin()
    since = trial.stream.now()
    for name in trial.names:
        trial.result(trial.end_of_daemon(name, signal.SIGTERM, GONE),
                     f"{name}'s daemon ends: its slots stay where they are")
        trial.start_daemon(name)
        trial.settled(*trial.names, what=f"{name}'s daemon starts again")
    for name in trial.names:
        restarted(trial, name)
    trial.unbroken(since, "restarts in turn")
    finish(trial)


def restarted(trial, name):
    """Drained, as before an upgrade of all that it runs."""
    others = trial.others(name)
    asked = trial.machines[others[0]]
    downloads = trial.client.background(FETCH)
    trial.wait(lambda: "ESTAB" in trial.machines[name].check("ss -Htn sport = 80"),
               "connections live there", trial.names)
    asked.check(f"nfcluster drain {name}")
    trial.wait(lambda: trial.shares(*others), "it is drained", trial.names)
    trial.fetched(downloads, f"{name} is drained")
    trial.wait(lambda: not holds_any(trial, name), "its flows are gone", trial.names)
    trial.end(name, "daemon")
    trial.end(name, "corosync")
    trial.start_corosync(name)
    trial.start_daemon(name)
    trial.wait(lambda: trial.agree(*trial.names), "all know that it is back", trial.names)
    asked.check(f"nfcluster return {name}")
    trial.settled(*trial.names, what=f"{name} is drained, restarted and returned")


def holds_any(trial, name):
    """A slot, in any state."""
    nodes = {node["name"]: node for node in trial.known_to(name)}
    return name not in nodes or any(nodes[name]["slots"].values())


def names(trial, _rounds=1):
    """A node that is configured otherwise takes no part, and all say why."""
    trial.begin()
    victim, other = trial.names[-1], trial.names[-2]
    disagree(trial, victim, {"name": other}, f"two nodes are called {other}")
    for own, words in (({"slots": 16}, "slots is 16, and 24 at most nodes"),
                       ({"hashmode": "sourceip"},
                        "hashmode is sourceip, and sourceip-sourceport at most nodes"),
                       ({"hash_init": 5}, "hash_init is 5, and 0 at most nodes")):
        disagree(trial, victim, own, f"the configuration of {victim} is another: {words}")
    finish(trial)


def disagree(trial, name, own, words):
    others = trial.others(name)
    trial.own[name] = own
    again(trial, name)
    trial.wait(lambda: trial.shares(*others), f"{words}: the others go on", trial.names)
    trial.result(not trial.slots_of(name), f"{words}: {name} answers nothing")
    silent = trial.names
    for _ in moments(IN_TIME):
        silent = [one for one in trial.names
                  if words not in trial.machines[one].run("nfcluster status")[1]]
        if not silent:
            break
    trial.result(not silent, f"{words}: so says each node's status", "\n".join(
        trial.machines[one].run("nfcluster status")[1] for one in silent))
    del trial.own[name]
    again(trial, name)
    trial.settled(*trial.names, what=f"{words}, and no more")


def again(trial, name):
    trial.configure(name)
    trial.end(name, "daemon")
    trial.start_daemon(name)


def corosync(trial, _rounds=1):
    """It dies under its daemon, or hangs."""
    trial.begin()
    name = trial.names[0]
    began = time.time()
    dies(trial, name)
    trial.jobs[name, "corosync"].kill(signal.SIGSTOP)
    trial.wait(lambda: not trial.slots_of(name), "its Corosync hangs", trial.names)
    dies(trial, name, "hangs, and dies")
    hung = [(seconds, *hangs(trial, name, seconds)) for seconds in HANGS]
    trial.judge()
    for what, since, until in (("dies", began, hung[0][1]),
                               *((f"hangs for {seconds} s", *times) for seconds, *times in hung)):
        twice = [f"{at - since:.1f}" for at in trial.twice(since, until)]
        trial.result(not twice, f"Corosync {what}: no handshake is answered twice",
                     f"{len(twice)} are, seconds after it: {' '.join(twice[:1] + twice[-1:])}")
    trial.kernels_are_calm()


def dies(trial, name, how="dies"):
    since = trial.stream.now()
    trial.end(name, "corosync", signal.SIGKILL)
    trial.taken_over(since, trial.others(name), f"{name}'s Corosync {how}")
    left = trial.slots_of(name)
    trial.result(not left, f"{name}'s Corosync {how}: it answers no slot", sorted(left))
    trial.start_corosync(name)
    trial.settled(*trial.names, what=f"{name}'s Corosync is back")


def hangs(trial, name, seconds):
    """From when to when it hung, and all was not well."""
    others = trial.others(name)
    began, gave_up, took_over = time.time(), None, None
    trial.jobs[name, "corosync"].kill(signal.SIGSTOP)
    for _ in moments(seconds):
        if not took_over and trial.shares(*others):
            took_over = time.time() - began
        if not gave_up and not trial.slots_of(name):
            gave_up = time.time() - began
    trial.jobs[name, "corosync"].kill(signal.SIGCONT)
    trial.note(f"Corosync hangs for {seconds} s: the others had all slots after {took_over} s, "
               f"{name} had none after {gave_up} s")
    trial.result(gave_up and gave_up <= (took_over or seconds),
                 f"{name}'s Corosync hangs for {seconds} s: it gives up first", (gave_up, took_over))
    trial.settled(*trial.names, what=f"{name}'s Corosync hung for {seconds} s, and goes on")
    return began, time.time()


def rubbish(trial, _rounds=1):
    """Somebody else speaks in the nodes' group, and makes no sense."""
    trial.begin()
    since = trial.stream.now()
    speaker, others = trial.names[0], trial.others(trial.names[0])
    shares = trial.owned(*trial.names)
    job = trial.machines[speaker].background(
        f"exec {SHOUT} nfcluster:{ADDRESS} {SAID} {SAID_EVERY}")
    complain, moved = set(), []
    while job.status is None:
        complain |= {name for name in others if NONSENSE in problems(trial, name)}
        now = trial.owned(*trial.names)
        moved += [now] if now != shares else []
    said = int(job.output.split()[-1]) if job.status == 0 else 0
    trial.result(said > SAID / 2, f"{said} of {SAID} messages that make no sense are said",
                 job.output)
    trial.result(complain == set(others), "the status of each other node says so", complain)
    trial.result(not moved, "no slot moves", moved[:1])
    trial.settled(*trial.names, what="somebody speaks nonsense, and no more")
    trial.wait(lambda: not any(problems(trial, name) for name in trial.names),
               "nobody complains any more", trial.names)
    trial.unbroken(since, "nonsense")
    finish(trial)


def problems(trial, name):
    return "".join(cluster["problem"] or "" for cluster in trial.clusters(name))


def upgrade(trial, _rounds=1):
    """Daemons of another build (--before) are replaced, one after the other; a machine of
    either build dies among those of the other."""
    trial.before.update(trial.names)
    trial.begin()
    first, *others = trial.names
    since = trial.stream.now()
    replaced(trial, first)
    trial.unbroken(since, "the first is replaced")
    for victim in (others[0], first):
        trial.kill(victim)
        trial.come_back(victim)
    since = trial.stream.now()
    restarted(trial, others[-1])
    for name in others:
        replaced(trial, name)
    trial.unbroken(since, "the others are replaced")
    finish(trial)


def replaced(trial, name):
    trial.result(trial.end_of_daemon(name, signal.SIGTERM, GONE),
                 f"{name}'s daemon ends: its slots stay where they are")
    trial.before.discard(name)
    trial.start_daemon(name)
    trial.settled(*trial.names, what=f"{name} has today's daemon")


STORIES = {"rolling": rolling, "names": names, "corosync": corosync, "rubbish": rubbish,
           "upgrade": upgrade}
