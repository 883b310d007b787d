"""The flow log as a page: plain HTML, no script, everything escaped."""

import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any

CONTENT_TYPE = "text/html; charset=utf-8"
_STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif;
  --line: #8884; --soft: #666; --good: #176b3a; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --soft: #aaa; --good: #7bd6a0; --bad: #ff9d94; } }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; }
h1 { font-size: 1.4rem; } form { margin: 1rem 0; }
input { font: inherit; width: 22rem; max-width: 100%; }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; }
summary { cursor: pointer; padding: .5rem .8rem; overflow-wrap: anywhere; }
summary b { margin-right: .5rem; } code { font: .92em ui-monospace, monospace; }
div { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { border-top: 1px solid var(--line); padding: .3rem .8rem; text-align: left;
  vertical-align: top; }
th { font-weight: 600; } .soft { color: var(--soft); } .passed, .finished { color: var(--good); }
.refused, .failed { color: var(--bad); }
"""
CONTENT_POLICY = (
    "default-src 'none'; "
    f"style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_COLUMNS = ("Time", "Step", "What was done", "Outcome", "What it waits for", "Why")


def render_page(shown: Mapping[str, Any], wanted: str = "") -> str:
    """Return the page about flows as `FlowBook.show` returns them."""
    flows = "\n".join(_flow(each, is_open=bool(wanted)) for each in shown["flows"])
    lost = shown["lost"]
    loss = f"<p>{lost} entries were lost: too much came at once.</p>" if lost else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Flow log</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Flow log</h1>
<p>What each step of the last sign-ons said, the latest first.
The same as JSON: <a href="/flows">/flows</a>; in a terminal: <code>ostiary flows</code>.</p>
<form action="/flows.html"><label for="flow">Flow id or mark</label>
<input id="flow" name="flow" value="{escape(wanted)}" autocomplete="off" spellcheck="false">
<button>Find</button> <a href="/flows.html">Show all, as it is now</a></form>
{loss}{flows or "<p>There is none.</p>"}
</body>
</html>
"""


def _flow(flow: Mapping[str, Any], *, is_open: bool) -> str:
    rows = "\n".join(map(_row, flow["entries"]))
    left_out = f"<p>{flow['left_out']} more are left out.</p>" if flow["left_out"] else ""
    heads = "".join(f'<th scope="col">{column}</th>' for column in _COLUMNS)
    return f"""<details{" open" if is_open else ""}>
<summary><b><code>{escape(flow["flow"])}</code></b>{" · ".join(_summary(flow))}</summary>
<div><table><thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody></table></div>{left_out}
</details>"""


def _summary(flow: Mapping[str, Any]) -> Iterator[str]:
    yield f'<span class="soft">{_time(flow["began_at"])}</span>'
    yield f"{escape(flow['environment'])} / {escape(flow['client'])}"
    yield f"policy {escape(flow['policy'])}"
    if flow.get("user"):
        yield f"user {escape(flow['user'])}"
    if "ended_at" not in flow:
        yield f"waits: {escape(flow.get('state', ''))}"
    elif flow["code"]:
        yield f'<span class="failed">ended: {escape(flow["code"])}</span>'
    else:
        yield '<span class="finished">finished</span>'


def _row(entry: Mapping[str, Any]) -> str:
    if "event" in entry:
        cells = ("", f'<span class="soft">{escape(entry["event"])}</span>', "", "", _why(entry))
    else:
        outcome = escape(entry["outcome"])
        cells = (
            _step(entry),
            escape(entry.get("action") or ""),
            f'<span class="{outcome}">{outcome}</span>',
            escape(entry.get("state", "")),
            _why(entry),
        )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in (_time(entry["at"]), *cells)) + "</tr>"


def _step(entry: Mapping[str, Any]) -> str:
    """Return the step's key, its kind where that is another word, and how the policy got there."""
    names = dict.fromkeys((entry.get("step", ""), entry.get("kind", "")))
    path = f' <span class="soft">{escape(entry["path"])}</span>' if entry.get("path") else ""
    return escape(" as ".join(filter(None, names))) + path


def _why(entry: Mapping[str, Any]) -> str:
    words = ("problems", "code", "reason", "methods", "kind", "members", "failures")
    is_event = "event" in entry
    found = (str(entry[word]) for word in words if entry.get(word) and (is_event or word != "kind"))
    return escape("; ".join(found))


def _time(moment: float) -> str:
    whole = time.strftime("%H:%M:%S", time.gmtime(moment))
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
    return f'<time datetime="{stamp}">{whole}.{int(moment % 1 * 1000):03d}</time>'
