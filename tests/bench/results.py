"""What was measured, and what it says."""

from collections import defaultdict
from dataclasses import dataclass

PACKETS = ("accepted-new", "accepted-established", "foreign-new", "foreign-established")
FIELDS = 9  # of a line of measure.sh
SENDER = ("sender", "-", "-", "sender")
SENDER6 = ("sender6", *SENDER[1:])
# What SHAREDIP in raw promises of a foreign packet: at most so many times the floor,
# and so many times as cheap as the kernel's own CLUSTERIP.
ABOVE_FLOOR, BELOW_IN_TREE = 1.15, 2
# What a target costs by itself: over a rule without one, or over the plainest
# that drops.
BELOW = {"accepted": "match", "foreign": "drop"}


@dataclass(frozen=True)
class Figure:
    rounds: tuple[int, ...]  # instructions of the usual packet, each round
    same: float  # the part of packets that took exactly these, worst round

    @property
    def low(self):
        return min(self.rounds)

    @property
    def high(self):
        return max(self.rounds)

    @property
    def spread(self):
        return self.high - self.low


class Results:
    """Figures by (scheme, place, hashmode, packet). What sending itself costs is
    taken off."""

    def __init__(self, lines, packets):
        counts, same = defaultdict(list), defaultdict(list)
        for line in lines:
            _round, *key, usual, alike, _fewest, _most = line.split("\t")
            counts[tuple(key)].append(int(usual))
            same[tuple(key)].append(int(alike) / packets)
        self.sender, self.sender6 = (min(counts.get(key, [0])) for key in (SENDER, SENDER6))
        self.figures = {key: Figure(tuple(value - self._sending(key) for value in values),
                                    min(same[key]))
                        for key, values in counts.items()}

    def _sending(self, key):
        if key in (SENDER, SENDER6):
            return 0
        return self.sender6 if key[0].endswith("6") else self.sender

    def get(self, scheme, place="-", mode="-", packet="accepted-new"):
        figure = self.figures.get((scheme, place, mode, packet))
        return figure.high if figure else None

    def alone(self, scheme, place, mode, packet):
        """The target by itself."""
        return (self.get(scheme, place, mode, packet)
                - self.get(BELOW[packet.split("-")[0]], place, "-", packet))

    def cases(self):
        """(place, hashmode, packet) of everything both modules were measured on."""
        return [key[1:] for key in self.figures if key[0] == "ours"]

    def dearer(self):
        """The cases in which our worst round is above the other's best."""
        return [case for case in self.cases()
                if self.figures["ours", *case].high > self.figures["in-tree", *case].low]

    @property
    def spread(self):
        return max(figure.spread for figure in self.figures.values())

    @property
    def same(self):
        return min(figure.same for figure in self.figures.values())

    def modes(self):
        return list(dict.fromkeys(mode for _, mode, _ in self.cases()))

    def places(self):
        return list(dict.fromkeys(place for place, _, _ in self.cases()))


class Marks:
    """Figures by (scheme, back end, mode, packet), of one packet each: they are
    measured by twos. What sending and the plain rule cost is taken off by alone()."""

    def __init__(self, lines, packets):
        both = Results(lines, packets)
        self.same = both.same
        self.figures = {key: round(figure.high / 2) for key, figure in both.figures.items()
                        if key != SENDER}

    def get(self, *key):
        return self.figures[key]

    def alone(self, scheme, backend, mode, packet):
        return self.get(scheme, backend, mode, packet) - self.get("plain", backend, "-", packet)

    def backends(self):
        return list(dict.fromkeys(backend for _, backend, _, _ in self.figures))

    def modes(self):
        return list(dict.fromkeys(mode for scheme, _, mode, _ in self.figures
                                  if scheme == "statmark"))


def marks_table(marks):
    """As a person reads it."""
    lines = [f"{'instructions per packet, of a connection that is':52}{'new':>8}{'known':>8}"]

    def row(label, values, form="{:,}"):
        lines.append(f"{label:52}" + "".join(f"{form.format(value):>8}" for value in values))

    for backend in marks.backends():
        def both(figure, scheme, mode="-", where=backend):
            return [figure(scheme, where, mode, packet) for packet in ("new", "known")]

        lines += ["", f"iptables-{backend}"]
        row("  a rule without a target", both(marks.get, "plain"))
        row("  the recipe, six rules", both(marks.get, "recipe"))
        recipe = both(marks.alone, "recipe")
        row("    alone", recipe)
        for mode in marks.modes():
            row(f"  STATMARK, {mode}", both(marks.get, "statmark", mode))
            alone = both(marks.alone, "statmark", mode)
            row("    alone", alone)
            row("    recipe / STATMARK", [a / b for a, b in zip(recipe, alone)], "{:.1f}")
        for whose, label in (("ours", "our condition"), ("peer", "xtables-addons' condition")):
            lines.append(f"  {'a rule that asks a switch, ' + label:50}{'':>8}"
                         f"{marks.get(f'asked-{whose}', backend, '-', 'known'):>8,}")
    return "\n".join(lines) + "\n"


def marks_tsv(marks):
    lines = ["scheme\tbackend\tmode\tpacket\tinstructions"]
    lines += ["\t".join(map(str, (*key, value))) for key, value in marks.figures.items()]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Share:
    """One way to drop what is another node's."""
    label: str
    scheme: str
    place: str
    mode: str = "-"


def shares(mode, ipv6=False):
    """All of them, from the cheapest that is thinkable on."""
    suffix = "6" if ipv6 else ""
    ours = f"sharedip{suffix}"
    result = [
        Share("-t raw -j DROP, the floor", f"early{suffix}", "-"),
        Share("SHAREDIP in raw", ours, "raw", mode),
        Share("SHAREDIP in raw, iptables-nft", ours, "raw-nft", mode),
        Share("nft jhash at raw's priority", f"jhash{suffix}", "raw"),
        Share("-j DROP in INPUT", f"drop{suffix}", "INPUT"),
        Share("SHAREDIP in INPUT", ours, "INPUT", mode),
        Share("-m cluster, -j DROP in INPUT", f"cluster{suffix}", "INPUT"),
    ]
    if not ipv6:
        result += [Share("CLUSTERIP, ours", "ours", "INPUT", mode),
                   Share("CLUSTERIP, in-tree", "in-tree", "INPUT", mode)]
    return result


def share_figures(results, share):
    """(foreign, accepted) packets of a new connection; None where it takes none."""
    return [results.get(share.scheme, share.place, share.mode, packet)
            for packet in ("foreign-new", "accepted-new")]


def share_table(results, mode, ipv6=False):
    """As a person reads it; ratios are to the floor."""
    rows = shares(mode, ipv6)
    floor, _ = share_figures(results, rows[0])
    lines = [f"{'IPv6' if ipv6 else 'IPv4'}, instructions per packet"
             f"{'':15}{'foreign':>8}{'/ floor':>9}{'accepted':>11}"]
    for share in rows:
        foreign, accepted = share_figures(results, share)
        lines.append(f"  {share.label:38}{foreign:>8,}{foreign / floor:>9.2f}"
                     + (f"{accepted:>11,}" if accepted else ""))
    return "\n".join(lines) + "\n"


def share_claims(results, mode):
    """(good, sentence, more) for what SHAREDIP in raw promises, of IPv4."""
    floor = results.get("early", packet="foreign-new")
    jhash = results.get("jhash", "raw", packet="foreign-new")
    figure = {(scheme, packet): results.get(scheme, place, mode, f"{packet}-new")
              for scheme, place in (("sharedip", "raw"), ("in-tree", "INPUT"))
              for packet in ("foreign", "accepted")}
    foreign, accepted = (figure["sharedip", packet] for packet in ("foreign", "accepted"))
    theirs, their_accepted = (figure["in-tree", packet] for packet in ("foreign", "accepted"))
    what = f"SHAREDIP in raw: {foreign} instructions for a foreign packet"
    yield (foreign <= ABOVE_FLOOR * floor,
           f"{what}, {foreign / floor:.3f} times the floor of {floor}", "")
    yield foreign < jhash, f"{what}, nft's jhash {jhash}", ""
    yield (BELOW_IN_TREE * foreign <= theirs,
           f"{what}, in-tree {theirs}: {theirs / foreign:.1f} times", "")
    yield (accepted <= their_accepted, f"SHAREDIP in raw: {accepted} instructions for an accepted "
           f"packet, in-tree {their_accepted}", "")


def tsv(results):
    """Every figure, one a line."""
    lines = ["scheme\tplace\thashmode\tpacket\tinstructions\ttarget_alone\tspread\tsame\trounds"]
    for (scheme, place, mode, packet), figure in results.figures.items():
        alone = results.alone(scheme, place, mode, packet) if scheme in ("ours", "in-tree") else ""
        lines.append(f"{scheme}\t{place}\t{mode}\t{packet}\t{figure.high}\t{alone}"
                     f"\t{figure.spread}\t{figure.same:.4f}\t{len(figure.rounds)}")
    return "\n".join(lines) + "\n"


def table(results, mode):
    """One hash mode, as a person reads it."""
    lines = [
        f"{'instructions per packet':40}{'accepted':>20}   {'foreign':>20}",
        f"{'hash mode ' + mode:40}{'new':>8}{'established':>12}   {'new':>8}{'established':>12}",
    ]

    def row(label, values, form="{:,}"):
        cells = [form.format(value) if value is not None else "" for value in values]
        left, right = (f"{cells[i]:>8}{cells[i + 1]:>12}" for i in (0, 2))
        lines.append(f"{label:40}{left}   {right}".rstrip())

    def scheme(label, name, place="-", hashmode="-"):
        row(label, [results.get(name, place, hashmode, packet) for packet in PACKETS])

    scheme("no rule, no connection tracking", "bare")
    scheme("no rule", "none")
    scheme("-j DROP in raw PREROUTING", "early")
    for place in results.places():
        lines += ["", f"{'filter INPUT' if place == 'INPUT' else 'mangle PREROUTING'}"]
        scheme("  a rule without a target", "match", place)
        scheme("  -j DROP", "drop", place)
        scheme("  -m cluster -j ACCEPT, -j DROP", "cluster", place)
        scheme("  -j CLUSTERIP, in-tree", "in-tree", place, mode)
        scheme("  -j CLUSTERIP, ours", "ours", place, mode)
        row("    ours / in-tree", [_ratio(results.get, place, mode, p) for p in PACKETS], "{:.3f}")
        for name in ("in-tree", "ours"):
            row(f"  the target alone, {name}",
                [results.alone(name, place, mode, packet) for packet in PACKETS])
        row("    ours / in-tree", [_ratio(results.alone, place, mode, p) for p in PACKETS],
            "{:.3f}")
    return "\n".join(lines) + "\n"


def _ratio(figure, place, mode, packet):
    return figure("ours", place, mode, packet) / figure("in-tree", place, mode, packet)
