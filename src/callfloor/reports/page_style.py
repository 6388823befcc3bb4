"""The style sheet and the script of pages. Colours follow Okabe and Ito: the colour-blind tell them apart."""

from __future__ import annotations

import base64
import hashlib

_LIGHT = """
  --paper: #ffffff; --card: #f6f7f9; --ink: #1b2430; --muted: #5a6675; --rule: #d9dee5; --grid: #e8ebef;
  --blue: #0072b2; --sky: #7cc3ee; --green: #009e73; --red: #d55e00; --amber: #e6a21a; --purple: #a8508a;
  --grey: #a9b2bd; --alarm: #b3261e; --paused: #c9cfd6;
"""
_DARK = """
  --paper: #12161c; --card: #1a2028; --ink: #e8ecf1; --muted: #9aa6b4; --rule: #323b47; --grid: #262e38;
  --blue: #4aa8e8; --sky: #2c6fa3; --green: #2fbf95; --red: #f2793a; --amber: #e9b044; --purple: #d386b9;
  --grey: #6b7785; --alarm: #ff8a80; --paused: #4a5562;
"""

STYLE = (
    f":root {{ color-scheme: light dark; {_LIGHT} }}\n"
    f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_DARK} }} }}\n"
    """
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.45;
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
main, header { max-width: 1240px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 28px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 20px; margin: 44px 0 12px; padding-top: 14px; border-top: 2px solid var(--ink); }
h3 { font-size: 16px; margin: 28px 0 8px; overflow-wrap: anywhere; }
p { margin: 0 0 6px; max-width: 110ch; }
.measured { color: var(--muted); }
.note { color: var(--muted); font-size: 13px; margin-top: 12px; }
.warning { color: var(--alarm); font-weight: 600; }
nav { margin: 12px 0 0; display: flex; flex-wrap: wrap; gap: 4px 18px; }
a { color: var(--blue); }
dl { margin: 22px 0 0; display: grid; gap: 12px;
  grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); }
.tile { background: var(--card); border-radius: 8px; padding: 12px 14px; border-left: 4px solid var(--rule); }
.tile dt { color: var(--muted); font-size: 13px; }
.tile dd { margin: 0; font-size: 23px; font-weight: 650; font-variant-numeric: tabular-nums; }
.tile dd .half { display: block; font-size: 13.5px; margin-bottom: 4px; }
.tile dd.remark { color: var(--muted); font-size: 12.5px; font-weight: 400; line-height: 1.3;
  overflow-wrap: anywhere; }
.tile.alarm { border-left-color: var(--alarm); }
.tile.alarm dd { color: var(--alarm); }
.scroll { overflow-x: auto; margin: 14px 0; }
table { border-collapse: collapse; font-size: 13.5px; }
table.bars, table.words { width: 100%; }
caption { text-align: left; font-weight: 650; padding: 4px 0; font-size: 14px; }
th, td { padding: 5px 10px; text-align: left; vertical-align: baseline;
  border-bottom: 1px solid var(--grid); }
thead th, thead td { border-bottom: 1px solid var(--rule); color: var(--muted); font-weight: 500;
  font-size: 12.5px;
  vertical-align: bottom; }
tbody th { font-weight: 500; min-width: 7em; max-width: 22em; overflow-wrap: anywhere; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
.number { padding-left: 26px; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
th.number { white-space: normal; }
.bars th.number { white-space: nowrap; }
.half { color: var(--muted); font-weight: 400; }
code { display: block; font: 11px/1.3 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  color: var(--muted); opacity: 0.85; }
tr.all > * { font-weight: 650; border-top: 1px solid var(--rule); }
.words td { min-width: 6em; }
.wide { width: 45%; min-width: 120px; }
figure .wide { width: 26%; min-width: 60px; }
figure th, figure td, figure .number { padding-left: 8px; padding-right: 0; }
figure tbody th { min-width: 0; overflow-wrap: normal; line-height: 1.25; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg.bar { height: 15px; overflow: hidden; }
.bar rect { fill: var(--c); }
.bars td, .bars tbody th { vertical-align: middle; }
.figures { display: grid; gap: 18px 36px;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 330px), 1fr)); }
.figures.two { grid-template-columns: repeat(auto-fill, minmax(min(100%, 480px), 1fr)); }
figure { margin: 6px 0; min-width: 0; break-inside: avoid; }
figcaption { font-weight: 650; font-size: 14px; margin-bottom: 6px; overflow-wrap: anywhere; }
figure .scroll { margin-top: 0; }
text { font: 11.5px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  fill: var(--ink); font-variant-numeric: tabular-nums; }
text.tick { fill: var(--muted); font-size: 11px; }
text.heading { fill: var(--muted); }
text.large { font-size: 17px; font-weight: 700; }
text.end { text-anchor: end; }
text.middle { text-anchor: middle; }
text.limit { fill: var(--alarm); }
text.end, text.start { paint-order: stroke; stroke: var(--paper); stroke-width: 3px; stroke-opacity: 0.75;
  stroke-linejoin: round; }
path { fill: none; }
.grid { stroke: var(--grid); stroke-width: 1; }
.base { stroke: var(--muted); stroke-width: 1; }
.line { stroke: var(--c); stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
.dashed { stroke-dasharray: 5 4; stroke-width: 1.2; }
.fill { fill: var(--c); fill-opacity: 0.16; }
.band { fill: var(--c); fill-opacity: 0.28; }
.layer { fill: var(--c); stroke: var(--paper); stroke-width: 0.6; }
path.key { fill: var(--c); }
.dot { fill: var(--c); stroke: var(--paper); stroke-width: 1.5; }
path.limit { stroke: var(--alarm); stroke-width: 1.3; stroke-dasharray: 6 3; }
.cursor { stroke: var(--ink); stroke-width: 1; opacity: 0; pointer-events: none; }
.cursor.on { opacity: 0.55; }
span.key { display: inline-block; width: 10px; height: 10px; margin-right: 5px; border-radius: 2px;
  background: var(--c); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.c-blue { --c: var(--blue); } .c-sky { --c: var(--sky); } .c-green { --c: var(--green); }
.c-red { --c: var(--red); } .c-amber { --c: var(--amber); } .c-purple { --c: var(--purple); }
.c-grey { --c: var(--grey); } .c-ink { --c: var(--ink); }
.tip { position: fixed; z-index: 1; pointer-events: none; background: var(--paper); color: var(--ink);
  border: 1px solid var(--rule); border-radius: 6px; padding: 6px 10px; font-size: 12.5px;
  box-shadow: 0 2px 10px rgb(0 0 0 / 0.18); max-width: 90vw; }
.tip div { display: flex; gap: 14px; justify-content: space-between; white-space: nowrap; }
.tip b { font-weight: 650; }
main { padding-bottom: 48px; }
@media (max-width: 720px) {
  main, header { padding-left: 14px; padding-right: 14px; }
  .number { padding-left: 14px; }
}
@media (min-width: 461px) and (max-width: 720px) {
  .small text { font-size: 9.5px; } .small text.tick { font-size: 9px; }
    .small text.large { font-size: 14px; }
}
@media screen and (max-width: 460px) {
  .two figure { overflow-x: auto; } .two svg { min-width: 520px; }
}
@media print {
  @page { margin: 14mm; }
  body { font-size: 11px; } nav, .tip { display: none; }
  main, header { max-width: none; padding-left: 0; padding-right: 0; }
  h2, h3, caption { break-after: avoid; } tr { break-inside: avoid; }
  table { font-size: 9.5px; } .scroll { overflow: visible; break-inside: avoid; }
  thead th, thead td { font-size: 9px; } code { font-size: 8px; }
  caption, figcaption { font-size: 11px; } h2 { font-size: 15px; margin-top: 26px; } h3 { font-size: 12px; }
  .number { padding-left: 12px; } .tile dd { font-size: 16px; }
  .tile dt, .tile dd .half, .tile dd.remark, .note { font-size: 9.5px; }
  figure table { font-size: 8px; } figure thead th { font-size: 8px; }
  figure th, figure td, figure .number { padding: 3px 0 3px 4px; } figure .wide { width: 18%;
    min-width: 20px; }
  .figures { grid-template-columns: repeat(3, 1fr); gap: 10px 16px; }
    .figures.two { grid-template-columns: 1fr 1fr; }
  svg, .tile { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
)

# What the pointer is on. Without "<" and "&", so that the page is XML as well.
SCRIPT = """
"use strict";
const bins = JSON.parse(document.body.dataset.bins);
const edges = JSON.parse(document.body.dataset.edges);
const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;
document.body.append(tip);
function piece(name, text, parent) {
  const made = document.createElement(name);
  made.textContent = text;
  parent.append(made);
  return made;
}
for (const svg of document.querySelectorAll("svg[data-tip]")) {
  const [left, right, lines] = JSON.parse(svg.dataset.tip);
  const cursor = svg.querySelector(".cursor");
  const hide = () => { tip.hidden = true; cursor.classList.remove("on"); };
  const show = (event) => {
    const box = svg.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width * svg.viewBox.baseVal.width - left) / (right - left);
    if (0 > at || at > 1) return hide();
    const bin = Math.max(0, edges.findLastIndex((edge, place) => at >= edge ? bins.length > place : false));
    const middle = left + (edges[bin] + edges[bin + 1]) / 2 * (right - left);
    cursor.setAttribute("transform", "translate(" + middle + ",0)");
    cursor.classList.add("on");
    tip.replaceChildren();
    piece("b", bins[bin], tip);
    for (const [name, colour, unit, values] of lines) {
      const line = piece("div", "", tip);
      const label = piece("span", "", line);
      piece("span", "", label).className = "key c-" + colour;
      label.append(name);
      piece("span", values[bin] + unit, line);
    }
    tip.hidden = false;
    const wide = tip.offsetWidth, high = tip.offsetHeight;
    const x = event.clientX + 16 + wide > window.innerWidth ? event.clientX - 16 - wide : event.clientX + 16;
    tip.style.left = Math.max(4, x) + "px";
    tip.style.top = Math.max(4, Math.min(event.clientY + 14, window.innerHeight - high - 4)) + "px";
  };
  svg.addEventListener("pointermove", show);
  svg.addEventListener("pointerdown", show);
  svg.addEventListener("pointerleave", hide);
}
"""

_DIGEST = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_DIGEST}'; "
    "base-uri 'none'; form-action 'none'"
)
"""What the page may do: load nothing, run no other script than this one."""
