"""Draws who answered over time: plot.svg and plot.png, by gnuplot."""

import subprocess

BIN = 0.5  # seconds
COLOURS = {"web1": "#3b6fb6", "web2": "#58a6a6", "": "#e0604c"}

SCRIPT = """
set encoding utf8
set border 3 lc rgb '#888888'
set tics nomirror out scale 0.5 textcolor rgb '#444444'
set grid ytics lc rgb '#e6e6e6' lt 1 lw 1
set xrange [0:{end}]
set yrange [0:{top}]
set xtics 5
set ytics 5
set xlabel 'seconds' textcolor rgb '#444444'
set ylabel 'requests per second' textcolor rgb '#444444'
set lmargin 9
set rmargin 3
set tmargin 7.6
set bmargin 5.5
set label 100 'Who answers at 192.168.0.10' at graph 0, screen 0.935 left font ',15' textcolor rgb '#222222'
set label 101 '{caption}' at graph 0, screen 0.875 left font ',10' textcolor rgb '#666666'
set key at graph 1, screen 0.965 right top horizontal reverse Left samplen 1.0 width 1 textcolor rgb '#444444'
set style fill solid 1.0 noborder
set boxwidth {bin} absolute
{events}
$data << END
{data}
END
do for [kind in 'svg png'] {{
  if (kind eq 'svg') {{
    set terminal svg size 1000,440 font 'DejaVu Sans,11' background rgb 'white'
  }} else {{
    set terminal pngcairo size 2000,880 font 'DejaVu Sans,11' fontscale 1.9 linewidth 2 background rgb 'white'
  }}
  set output '{folder}/plot.'.kind
  plot $data using 1:($2+$3+$4) with boxes lc rgb '{lost}' notitle, \\
       $data using 1:($2+$3) with boxes lc rgb '{web2}' notitle, \\
       $data using 1:2 with boxes lc rgb '{web1}' notitle, \\
       NaN with boxes lc rgb '{web1}' title 'web1', \\
       NaN with boxes lc rgb '{web2}' title 'web2', \\
       NaN with boxes lc rgb '{lost}' title 'nobody'
  unset output
}}
"""


def draw(requests, events, end, caption, folder):
    """`events`: (seconds, label) pairs, in order."""
    data = "\n".join(" ".join(f"{value:g}" for value in row) for row in _bins(requests, end))
    script = SCRIPT.format(
        end=end, top=_top(requests, end), bin=BIN, caption=caption, folder=folder, data=data,
        events=_marks(events, end), web1=COLOURS["web1"], web2=COLOURS["web2"], lost=COLOURS[""])
    done = subprocess.run(["gnuplot"], input=script, text=True, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"gnuplot: {done.stderr.strip()}")


def _bins(requests, end):
    """Rows of: middle of the bin, requests a second of web1, web2, nobody."""
    counts = {}
    for request in requests:
        row = counts.setdefault(int(request.shown // BIN), {"web1": 0, "web2": 0, "": 0})
        row[request.server] += 1
    for number in range(int(end / BIN)):
        row = counts.get(number, {"web1": 0, "web2": 0, "": 0})
        yield ((number + 0.5) * BIN, *(row[name] / BIN for name in ("web1", "web2", "")))


def _top(requests, end):
    return max((sum(row[1:]) for row in _bins(requests, end)), default=20) + 2


def _marks(events, end):
    """A line for each event with its name at the top; on two levels, so that
    neighbours do not run into each other."""
    lines = []
    previous, level = float("-inf"), 0
    for number, (seconds, label) in enumerate(events, 1):
        level = (level + 1) % 2 if seconds - previous < 0.22 * end else 0
        previous = seconds
        height = 1.035 + 0.075 * level
        lines.append(f"set arrow {number} from {seconds:.2f}, graph 0 to {seconds:.2f}, "
                     f"graph {height - 0.01} nohead front lc rgb '#222222' lw 1 dt (4,3)")
        side, offset = ("right", -0.5) if seconds > 0.8 * end else ("left", 0.5)
        lines.append(f"set label {number} '{label}' at {seconds:.2f}, graph {height + 0.015} "
                     f"{side} offset {offset},0 front font ',10' textcolor rgb '#222222' noenhanced")
    return "\n".join(lines)
