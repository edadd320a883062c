"""Stories of machines, links and services that fail. `rounds`: how often."""

import signal
import time

from stream import ENDED  # first: it says where the lab is
from trial import moments

# As long as the check needs to notice, and then as long as it needs to believe.
DOWN, UP = 6.0, 2.5
# A service that went up and down has to stay up so long, at most (`damping`), and is
# then given its slots.
HELD = 150
WEB_CHECK = {"type": "http", "port": 80, "path": "/", "interval": "1s", "timeout": "1s",
             "fall": 4, "rise": 1, "damping": {"window": "0s"}}
# Seconds: four questions of a second each that are not answered, one second apart, and
# what a busy machine adds.
NOTICED = 12.0
BAD_SECONDS = 30
BUSY = "for i in 1 2 3; do (while :; do :; done) & done; wait"
# Between any two nodes, in seconds, and as a share of the frames.
DELAYS, LOSSES = (0.05, 0.1), (0.05, 0.1)


def some_of(trial, number, count):
    """Other nodes in each round."""
    names = trial.names
    return [names[(number * count + i) % len(names)] for i in range(count)]


def finish(trial):
    trial.judge()
    trial.once()
    trial.kernels_are_calm()


def partition(trial, rounds=10):
    """The minority is empty before the majority takes over. After it, all tell the wire
    of the address, whoever had set it up."""
    trial.own[trial.names[0]] = {"manage": True}
    trial.begin()
    seconds, heals = [], []
    for number in range(rounds):
        minority = some_of(trial, number, len(trial.names) // 2)
        what = f"{' and '.join(minority)} cut off"
        seconds.append(cut_off(trial, minority, what))
        mended = time.time()
        trial.network.mend()
        trial.settled(*trial.names, what=f"{what}, and back")
        heals.append((what, mended, time.time()))
    trial.note_seconds(seconds)
    finish(trial)
    for what, since, until in heals:
        silent = set(trial.names) - trial.announcers(since, until)
        trial.result(not silent, f"{what}, and back: all announce the address", silent)


def cut_off(trial, minority, what):
    majority = trial.others(*minority)
    both = set()

    def taken():
        # In this order: who has given up a slot does not get it back meanwhile.
        theirs = trial.owned(*majority)
        both.update(set().union(*theirs.values()) & slots_of_minority())
        return trial.shared(theirs)

    def slots_of_minority():
        return set().union(*trial.owned(*minority).values())

    since = trial.stream.now()
    trial.network.part(minority, majority)
    trial.wait(taken, f"{what}: the others have all slots", trial.names)
    left = slots_of_minority()
    trial.result(not both and not left, f"{what}: the slots are given up before others take them",
                 f"at both: {sorted(both)}, still there: {sorted(left)}")
    return trial.taken_over(since, majority, what)


def kills(trial, rounds=10):
    trial.begin()
    seconds = []
    for number in range(rounds):
        victim, = some_of(trial, number, 1)
        seconds.append(trial.kill(victim))
        trial.come_back(victim)
    trial.note_seconds(seconds)
    finish(trial)


def both(trial, rounds=3):
    """One's service hangs in the moment in which another machine dies."""
    trial.options["check"] = WEB_CHECK
    trial.begin()
    seconds = []
    for number in range(rounds):
        hung, dead = some_of(trial, number, 2)
        what = f"{hung}'s service hangs while {dead} dies"
        since = trial.stream.now()
        # What comes in is accepted by the kernel all the same.
        trial.jobs[hung, "service"].kill(signal.SIGSTOP)
        trial.machines[dead].kill()
        seconds.append(trial.whole(since, trial.others(hung, dead), what, NOTICED, ENDED))
        trial.jobs[hung, "service"].kill(signal.SIGCONT)
        trial.boot_again(dead)
        trial.settled(*trial.names, what=f"{what}, and both are back")
    trial.note_seconds(seconds)
    finish(trial)


class Moves:
    """Counts how often slots get another owner."""

    def __init__(self, trial):
        self._trial = trial
        self._owners = {}
        self.count = 0
        self.look()

    def look(self):
        for name, slots in self._trial.owned(*self._trial.names).items():
            for slot in slots:
                self.count += self._owners.get(slot, name) != name
                self._owners[slot] = name

    def watch(self, seconds):
        for _ in moments(seconds):
            self.look()


def flap(trial, rounds=10):
    trial.begin()
    name, others = trial.names[0], trial.others(trial.names[0])
    moves, since = Moves(trial), trial.stream.now()
    for number in range(1, rounds + 1):
        what = f"{name}'s service ends for the {number}. time"
        trial.end(name, "service", signal.SIGKILL)
        moves.watch(DOWN)
        trial.wait(lambda: trial.shares(*others), what, trial.names)
        trial.result(True, f"{what}: the others have all slots")
        moves.look()
        trial.start_service(name)
        moves.watch(UP)
    trial.note(f"up to its last end slots have moved {moves.count} times")
    trial.settled(*trial.names, what=f"{name}'s service stays up", timeout=HELD)
    moves.look()
    trial.note(f"slots have moved {moves.count} times in all")
    trial.unbroken(since, "up and down", but=name)
    finish(trial)


def worse_for_a_while(trial, what, begin, end):
    begin()
    looks = [bool(trial.shares(*trial.names)) for _ in moments(BAD_SECONDS)]
    end()
    since = trial.stream.now()
    trial.note(f"{what}: whole in {sum(looks)} of {len(looks)} looks")
    trial.whole(since, trial.names, f"{what}, and no more")
    trial.settled(*trial.names, what=f"{what}, and no more")
    late, failed = trial.stream.late(0, since), trial.stream.failed(0, since)
    trial.note(f"{what}: of {len(trial.stream.between(0, since))} requests {len(late)} were late, "
               f"{len(failed)} of them not answered")
    finish(trial)


def cpu(trial, _rounds=1):
    """Nobody gets to do anything in time."""
    jobs = []
    trial.begin()

    def end():
        for job in jobs:
            job.kill()
            job.wait(60)

    worse_for_a_while(trial, "busy processors", lambda: jobs.extend(
        server.background(BUSY) for server in trial.servers), end)


def links(trial, _rounds=1):
    trial.begin()
    worse_for_a_while(trial, "bad links", lambda: trial.network.worsen(
        trial.names, DELAYS, LOSSES), trial.network.mend)


STORIES = {"partition": partition, "both": both, "flap": flap, "cpu": cpu, "links": links,
           "kills": kills}
