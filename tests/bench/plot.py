"""Draws the figures with gnuplot, as SVG and PNG."""

import subprocess

from results import ABOVE_FLOOR, BELOW, PACKETS, share_figures, shares

SERIES = (  # scheme, label, colour; the palette of Okabe and Ito
    ("floor", "no target, or -j DROP", "#999999"),
    ("cluster", "-m cluster", "#56b4e9"),
    ("in-tree", "CLUSTERIP, in-tree", "#e69f00"),
    ("ours", "CLUSTERIP, ours", "#0072b2"),
)
PLANS = ("#0072b2", "#e69f00", "#d55e00", "#56b4e9", "#009e73", "#999999")
LABEL_SIZE = 9
TERMINALS = {
    "svg": "svg size 1100,480 dynamic enhanced background '#ffffff' font 'Helvetica,13'",
    "png": "pngcairo size 1760,768 font 'Sans,14'",
}


def draw(results, place, mode, title, folder):
    """Writes clusterip.svg and clusterip.png; returns their paths."""
    return _both("clusterip", folder, _script(results, place, mode, title))


def draw_shares(results, mode, kernel, folder):
    """Writes sharedip.svg and sharedip.png; returns their paths."""
    title = f"Sharing an address, {mode}, Linux {kernel}"
    return _both("sharedip", folder, _share_script(results, mode, title))


def draw_plans(figures, folder):
    """Writes planner.svg and planner.png; returns their paths."""
    return _both("planner", folder, _plan_script(figures))


def _both(name, folder, script):
    paths = []
    for kind, terminal in TERMINALS.items():
        path = folder / f"{name}.{kind}"
        head = f"set terminal {terminal}\nset output '{path}'\n"
        subprocess.run(["gnuplot", "-"], input=head + script, text=True, check=True)
        paths.append(path)
    return paths


def _share_script(results, mode, title):
    """Two panels of lying bars, the cheapest on top; the line is what is promised."""
    blocks, panels = [], []
    for number, ipv6 in enumerate((False, True)):
        rows = shares(mode, ipv6)
        floor, _ = share_figures(results, rows[0])
        lines = []
        for row, share in enumerate(rows):
            foreign, accepted = share_figures(results, share)
            lines.append(f'"{share.label}" {-row} {foreign} {accepted or "NaN"} '
                         f'"{foreign:,} ({foreign / floor:.2f})" "{accepted or 0:,}"')
        blocks.append(f"$v{number} << END\n" + "\n".join(lines) + "\nEND")
        panels.append(f"""
set size 0.5,0.95
set origin {number / 2},0
set xlabel "IPv{6 if ipv6 else 4}: instructions per packet (times the floor)"
set arrow 1 from {ABOVE_FLOOR * floor},-9.0 to {ABOVE_FLOOR * floor},0.7 nohead dt 2 lc '#444444'
set label 1 "{ABOVE_FLOOR}" at {ABOVE_FLOOR * floor},-8.75 left offset 0.5,0 font ',{LABEL_SIZE}'
plot $v{number} using (0):2:ytic(1) with points pt -1 notitle, \\
     {_lying(f"$v{number}", 3, 5, 0.18, "#0072b2", "foreign, dropped")}, \\
     {_lying(f"$v{number}", 4, 6, -0.18, "#e69f00", "accepted")}""")
    return f"""
{chr(10).join(blocks)}
set multiplot title "{title}"
set style fill solid noborder
set border 1 lc '#444444'
set xrange [0:6200]
set yrange [-9:0.7]
set grid xtics lc '#dddddd'
set tics nomirror out scale 0.5
set ytics scale 0
set key above horizontal center samplen 1
set format x "%'.0f"
{chr(10).join(panels)}
unset multiplot
"""


def _plan_script(figures):
    """Two panels of lines over the number of nodes; the first of all is drawn on top."""
    blocks, moves, loads = [], [], []
    for number, (scheme, rows) in enumerate(figures.items()):
        data = f"$p{number}"
        lines = [f"{nodes} {max(row.moves)} {max(row.load)}" for nodes, row in rows.items()]
        blocks.append(f"{data} << END\n" + "\n".join(lines) + "\nEND")
        style = (f"with linespoints lw 2 pt 7 ps 0.7 lc rgb '{PLANS[number]}' "
                 f"title '{scheme}'")
        moves.append(f"{data} using 0:2:xtic(1) {style}")
        loads.append(f"{data} using 0:3:xtic(1) {style}")
    return f"""
{chr(10).join(blocks)}
set multiplot layout 1,2 title "A node is lost and comes back"
set border 3 lc '#444444'
set grid ytics lc '#dddddd'
set tics nomirror out scale 0.5
set xrange [-0.2:4.2]
set key top left reverse Left samplen 2
set xlabel "nodes"
set yrange [0:3]
set ylabel "needless moves, % of the slots, mean"
plot {", ".join(reversed(moves))}
set yrange [0.95:2.05]
set ylabel "largest load to the mean, worst"
plot {", ".join(reversed(loads))}
unset multiplot
"""


def _lying(data, column, label, shift, colour, title):
    """Bars along x, each with its label at its end."""
    at = f"($2+{shift})"
    return (f"{data} using (0.5*${column}):{at}:(0.5*${column}):(0.16) "
            f"with boxxyerror lc rgb '{colour}' title '{title}', "
            f"{data} using {column}:{at}:{label} with labels left offset 0.4,0 "
            f"font ',{LABEL_SIZE}' notitle")


def _script(results, place, mode, title):
    whole, alone = [], []
    for packet in PACKETS:
        floor = results.get(BELOW[packet.split("-")[0]], place, "-", packet)
        label = '"' + packet.replace("-", "\\n") + '"'
        whole.append(f"{label} {floor} {results.get('cluster', place, '-', packet)} "
                     f"{results.get('in-tree', place, mode, packet)} "
                     f"{results.get('ours', place, mode, packet)}")
        alone.append(f"{label} {results.alone('in-tree', place, mode, packet)} "
                     f"{results.alone('ours', place, mode, packet)}")
    return f"""
$whole << END
{chr(10).join(whole)}
END
$alone << END
{chr(10).join(alone)}
END
set multiplot title "{title}"
set style data histogram
set style histogram clustered gap 1
set style fill solid noborder
set boxwidth 0.9 relative
set border 3 lc '#444444'
set yrange [0:*]
set grid ytics lc '#dddddd'
set tics nomirror out scale 0.5
set xtics scale 0
set key above horizontal center samplen 1
set bmargin 5.5
set xrange [-0.6:3.6]
set format y "%'.0f"
set xlabel "instructions for the whole packet, from IP to the socket or the drop" offset 0,-1
set size 0.64,0.95
set origin 0,0
{_plot("$whole", SERIES)}
set xlabel "instructions for the target alone" offset 0,-1
set size 0.36,0.95
set origin 0.64,0
{_plot("$alone", SERIES[2:])}
unset multiplot
"""


def _plot(data, series):
    """Bars from zero, each bar's value on it."""
    parts = []
    for number, (_, label, colour) in enumerate(series):
        parts.append(f"{data} using {number + 2}:xtic(1) title '{label}' lc rgb '{colour}'")
    # Bars of a cluster are 1/(n + gap) wide and centred on its number.
    width = 1 / (len(series) + 1)
    for number in range(len(series)):
        shift = (number - (len(series) - 1) / 2) * width
        parts.append(f"{data} using ($0+{shift:.4f}):{number + 2}:{number + 2} "
                     f"with labels offset 0,0.5 font ',{LABEL_SIZE}' notitle")
    return "plot " + ", ".join(parts)
