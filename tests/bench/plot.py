"""Draws the figures with gnuplot, as SVG and PNG."""

import subprocess

from results import BELOW, PACKETS

SERIES = (  # scheme, label, colour; the palette of Okabe and Ito
    ("floor", "no target, or -j DROP", "#999999"),
    ("cluster", "-m cluster", "#56b4e9"),
    ("in-tree", "CLUSTERIP, in-tree", "#e69f00"),
    ("ours", "CLUSTERIP, ours", "#0072b2"),
)
LABEL_SIZE = 9
TERMINALS = {
    "svg": "svg size 1100,480 dynamic enhanced background '#ffffff' font 'Helvetica,13'",
    "png": "pngcairo size 1760,768 font 'Sans,14'",
}


def draw(results, place, mode, title, folder):
    """Writes clusterip.svg and clusterip.png; returns their paths."""
    paths = []
    for kind, terminal in TERMINALS.items():
        path = folder / f"clusterip.{kind}"
        script = _script(results, place, mode, title, terminal, path)
        subprocess.run(["gnuplot", "-"], input=script, text=True, check=True)
        paths.append(path)
    return paths


def _script(results, place, mode, title, terminal, path):
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
set terminal {terminal}
set output '{path}'
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
