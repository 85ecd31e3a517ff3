"""The page that tells what a run came to: one file, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from loadtests.load.figures import Figures
from loadtests.load.goals import Verdict
from loadtests.load.plots import Line, plot

_STYLE = """
:root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:.6rem 0 1.4rem}
th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #8884}
th:first-child,td:first-child,.told td{text-align:left}.met{color:#1a7f37}.missed{color:#c62828;font-weight:600}
svg{width:100%;height:auto;margin:.4rem 0}svg text{font-size:11px;fill:currentColor}
svg .title{font-weight:600;font-size:13px}
svg .key{fill:revert-layer;font-weight:600}.grid{stroke:#8885;stroke-width:.6}
.wide{overflow-x:auto}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,28rem),1fr));gap:0 1.5rem}
"""


def page_of(title: str, told: Mapping[str, str], verdicts: Sequence[Verdict], figures: Figures) -> str:
    """Return the page of a run. `told`: what it was and where it ran."""
    missed = [verdict for verdict in verdicts if not verdict.met]
    word = f"{len(missed)} of {len(verdicts)} goals missed" if missed else f"all {len(verdicts)} goals met"
    parts = [
        f"<h1>{escape(title)}</h1>", f'<p class="{"missed" if missed else "met"}">{word}</p>',
        f'<div class="told">{_table(("", ""), list(told.items()))}</div>',
        "<h2>Goals</h2>", _verdicts(verdicts),
        "<h2>Over time, minutes:seconds</h2>", f'<div class="plots">{"".join(_plots(figures))}</div>',
        "<h2>Calls</h2>", _calls(figures), "<h2>Accounted for</h2>", _found(figures),
    ]  # fmt: skip
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def shown(value: float | None) -> str:
    """Return a figure in words."""
    return (
        "not measured" if value is None else f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
    )


def _verdicts(verdicts: Sequence[Verdict]) -> str:
    rows = [
        f"<tr><td>{escape(one.goal)}</td><td>{shown(one.at_most)}</td><td>{shown(one.measured)}</td>"
        f'<td class="{"met" if one.met else "missed"}">{"met" if one.met else "missed"}</td></tr>'
        for one in sorted(verdicts, key=lambda one: one.met)
    ]
    return (
        '<div class="wide"><table><tr><th>goal</th><th>at most</th><th>measured</th><th></th></tr>'
        f"{''.join(rows)}</table></div>"
    )


def _calls(figures: Figures) -> str:
    rows = [
        (call.name, f"{call.count:,}", f"{call.refused:,}", f"{call.failed:,}", f"{call.p50_ms:,.1f}",
         f"{call.p99_ms:,.1f}", f"{call.most_ms:,.0f}")
        for call in figures.calls
    ]  # fmt: skip
    return _table(("call", "times", "asked to wait", "failed", "p50 ms", "p99 ms", "most ms"), rows)


def _found(figures: Figures) -> str:
    found = figures.found
    rows = [
        ("acknowledged trips, cancellations, answers and events", f"{found.acknowledged:,}"),
        ("of them missing", shown(found.missing_acknowledged)),
        ("events in the partners' logs", f"{found.events:,}"),
        ("webhooks missing", shown(found.missing_webhooks)),
        ("wrong by carpool doctor", shown(found.contradictions)),
    ]
    told = [
        (
            path,
            f"{one['requests']:,}",
            f"{one['taken']:,}",
            f"{one['taken again']:,}",
            f"{sum(one['faults'].values()):,}",
        )
        for path, one in found.tally.items()
    ]
    said = "".join(f"<li>{escape(sentence)}</li>" for sentence in found.sentences)
    heads = ("endpoint", "requests", "events taken", "taken again", "faults drawn")
    return _table(("", ""), rows) + (f"<ul>{said}</ul>" if said else "") + (_table(heads, told) if told else "")


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(head)}</th>" for head in heads) if any(heads) else ""
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table>{f"<tr>{top}</tr>" if top else ""}{lines}</table></div>'


def _plots(figures: Figures) -> list[str]:
    moments, samples = figures.moments, figures.samples
    roles = sorted({role for sample in samples for role in sample.rss_mb})

    def over(name: str, attribute: str) -> Line:
        return Line(name, [(moment.at_s, getattr(moment, attribute)) for moment in moments])

    def seen(name: str, attribute: str) -> Line:
        return Line(name, [(sample.at_s, getattr(sample, attribute)) for sample in samples])

    plots = {
        "Users": [over("users", "users"), seen("live streams", "streams")],
        "Calls a second": [over("calls", "per_s"), over("to wait", "refused_per_s"), over("failed", "failed_per_s")],
        "Time to answer, ms": [over("p50", "p50_ms"), over("p99", "p99_ms")],
        "Open trips": [seen("open", "open_trips")],
        "Seconds since": [seen("matcher looked", "look_age_s"), seen("batch ended", "batch_age_s")],
        "Resident MB": [Line(role, [(s.at_s, s.rss_mb.get(role)) for s in samples]) for role in roles],
        "Cores in use": [Line(role, _cores(figures, role)) for role in roles],
    }
    until_s = max(
        (one.at_s for one in (*moments, *samples)), default=1.0
    )  # one axis for all: what came together is seen
    return [plot(title, lines, until_s) for title, lines in plots.items()]


def _cores(figures: Figures, role: str) -> list[tuple[float, float | None]]:
    pairs = zip(figures.samples, figures.samples[1:], strict=False)
    return [
        (later.at_s, max(0.0, later.cpu_s[role] - before.cpu_s[role]) / (later.at_s - before.at_s))
        for before, later in pairs if role in before.cpu_s and role in later.cpu_s and later.at_s > before.at_s
    ]  # fmt: skip
