// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "aggregation/report/html/style.hpp"

namespace expunge::html {

namespace {

// Colours of Okabe and Ito's kind, told apart by lightness too; texts have a contrast of at least 4.5, shapes of 3.
// Each kind of mark has a shape of its own besides (svg.cpp).
constexpr std::string_view kStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #ffffff; --raised: #f5f6f8; --band: #f5f6f8; --ink: #1a1d21; --soft: #525a63; --rule: #d3d8de; --grid: #e3e6ea;
  --exact: #0a5fa8; --certified: #00735c; --heuristic: #b04a00; --none: #565d66; --floor: #cfe3f5; --floor-edge: #0a5fa8;
  --identity: #8a1f63; --good: #00694f; --bad: #a3260d; --accent: #0a5fa8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --raised: #1d2126; --band: #1b1f24; --ink: #e9ebee; --soft: #abb3bc; --rule: #3a4149; --grid: #2a3037;
    --exact: #6db5f5; --certified: #56cfae; --heuristic: #f0a050; --none: #b1b8c0; --floor: #1e3a54; --floor-edge: #6db5f5;
    --identity: #f08cc8; --good: #62d3b0; --bad: #ff9a80; --accent: #6db5f5;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 80rem; padding: 1.5rem clamp(0.9rem, 3vw, 2.5rem) 3rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: break-word;
}
h1 { font-size: clamp(1.4rem, 4vw, 2rem); line-height: 1.2; margin: 0 0 0.75rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 2.75rem 0 0.75rem; padding-top: 0.75rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 0.5rem; overflow-wrap: anywhere; }
h4 { font-size: 0.95rem; margin: 0 0 0.25rem; }
p { margin: 0.5rem 0; max-width: 72ch; }
code { font-size: 0.92em; overflow-wrap: anywhere; }
a { color: var(--accent); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; list-style: none; margin: 1rem 0 0; padding: 0; font-size: 0.92rem; }
.verdict {
  font-size: clamp(1.05rem, 2.4vw, 1.3rem); line-height: 1.45; max-width: 68ch; margin: 0 0 1.25rem; padding: 0.9rem 1.1rem;
  background: var(--raised); border-left: 5px solid var(--accent); overflow-wrap: anywhere;
}
.warning { border-left: 5px solid var(--bad); padding: 0.4rem 0.8rem; background: var(--raised); }
dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(8.5rem, 100%), 1fr)); gap: 0.6rem 1.2rem; margin: 0; }
dl.facts div { min-width: 0; }
dl.facts .long { grid-column: 1 / -1; }
@media (min-width: 40rem) { dl.facts .long { grid-column: span 2; } }
dt { font-size: 0.82rem; color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
dl.words { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 0.8rem 2rem; margin: 0; }
dl.words dt { font-weight: 600; font-size: 0.95rem; color: var(--ink); }
dl.words dd { font-size: 0.92rem; }

.scrolls { overflow-x: auto; max-width: 100%; }
.scrolls:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
caption > span { position: sticky; left: 0; display: inline-block; max-width: calc(100vw - 2.4rem); }
caption { text-align: left; color: var(--soft); font-size: 0.85rem; padding: 0 0 0.4rem; }
th, td { padding: 0.35rem 0.5rem; text-align: right; vertical-align: baseline; white-space: nowrap; border-bottom: 1px solid var(--rule); }
thead th { font-weight: 600; font-size: 0.92em; color: var(--soft); white-space: normal; overflow-wrap: normal; vertical-align: bottom; }
th[scope=colgroup] { text-align: center; border-left: 1px solid var(--rule); }
th[scope=colgroup]:first-child { border-left: 0; }
th[scope=row], th[scope=rowgroup] { text-align: left; font-weight: 600; }
tbody th[scope=row] {
  position: sticky; left: 0; background: var(--page); white-space: normal; overflow-wrap: anywhere; min-width: 8.5rem; max-width: 22rem;
}
small { color: var(--soft); font-size: 0.82em; white-space: nowrap; }
td small { display: block; }
.number { color: var(--soft); font-weight: 400; }
.nothing { color: var(--soft); }
table.methods { width: 100%; min-width: 60rem; table-layout: fixed; }
table.methods thead th { padding-top: 0; }
tbody.method tr > * { border-bottom: 0; }
tbody.method tr.words > * { border-bottom: 1px solid var(--rule); padding-top: 0; padding-bottom: 0.55rem; text-align: left; white-space: normal; }
tbody.method tr:first-child th { padding-top: 0.55rem; padding-bottom: 0; font-size: 0.95rem; white-space: normal; }
.stays, .says { position: sticky; left: 0.5rem; width: fit-content; max-width: min(66rem, calc(100vw - 3.4rem)); overflow-wrap: anywhere; }
.says { font-size: 0.86rem; }
.guarantee { font-weight: 400; white-space: nowrap; margin-left: 0.6rem; font-size: 0.9em; }
.says-more { margin: 0.15rem 0; max-width: none; color: var(--soft); }
tbody.floors th[scope=row], tbody.floors td { position: static; max-width: none; background: var(--raised); font-weight: 400; }
.chip {
  display: inline-block; border: 1px solid currentColor; border-radius: 1em; padding: 0 0.6em; margin-right: 0.4em; font-size: 0.92em;
  white-space: nowrap;
}
.chip.better, .chip.within { color: var(--good); } .chip.no-better, .chip.doubtful { color: var(--bad); }

figure { margin: 0 0 1.5rem; max-width: 62rem; }
figcaption { font-size: 0.86rem; color: var(--soft); margin-top: 0.4rem; overflow-wrap: anywhere; }
figcaption p { margin: 0.2rem 0; max-width: none; }
.key span { display: inline-block; max-width: 100%; margin-right: 0.9rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; font-size: 0.86rem; margin-bottom: 0.4rem; }
.legend span { display: inline-flex; align-items: center; gap: 0.35rem; }
.multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(300px, 100%), 1fr)); gap: 1rem 1.5rem; }
figure.small { margin: 0; min-width: 0; }
.side-by-side { display: flex; flex-wrap: wrap; gap: 1.5rem 3rem; align-items: flex-start; }
.side-by-side > * { min-width: 0; }
.side-by-side th, .side-by-side td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
details.numbers { margin-top: 0.5rem; }
summary { cursor: pointer; color: var(--accent); font-size: 0.88rem; width: fit-content; }
footer { margin-top: 3rem; color: var(--soft); font-size: 0.85rem; }

svg.chart { display: block; width: 100%; height: auto; max-width: 900px; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
svg.chart.narrow { max-width: 420px; }
figure.small svg.chart { max-width: 420px; }
svg.chart.narrow, .narrow { display: none; }
svg text { fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .tick, svg .axis, svg .soft { fill: var(--soft); }
svg .tick, svg .note { font-size: 11px; }
svg .grid { stroke: var(--grid); }
svg .frame, svg .leader { stroke: var(--soft); }
svg .leader { stroke-width: 0.7; }
svg .band { fill: var(--band); }
svg .point-name, svg .note { paint-order: stroke; stroke: var(--page); stroke-width: 3px; stroke-linejoin: round; }
svg .floor { fill: var(--floor); }
svg line.floor-edge { stroke: var(--floor-edge); stroke-dasharray: 1 3; stroke-width: 1.5; }
svg line.identity { stroke: var(--identity); stroke-dasharray: 2 3; stroke-width: 1.7; }
svg line.retraining { stroke: var(--ink); stroke-dasharray: 7 4; stroke-width: 1.2; }
svg text.identity { fill: var(--identity); } svg text.floor-edge { fill: var(--floor-edge); }
svg .way { stroke: var(--soft); stroke-width: 1; }
svg .mark { stroke: var(--page); stroke-width: 1; }
svg .exact, svg .test { fill: var(--exact); } svg .certified, svg .forget { fill: var(--certified); }
svg .heuristic, svg .retain { fill: var(--heuristic); } svg .none { fill: var(--none); }
svg .forget { fill: var(--identity); }
svg line.mark-line { stroke-dasharray: 7 4; stroke-width: 1.2; }
svg line.test { stroke: var(--exact); } svg line.retain { stroke: var(--heuristic); } svg line.forget { stroke: var(--identity); }
svg .hollow { fill: var(--page); stroke-width: 1.3; }
svg .hollow.exact { stroke: var(--exact); } svg .hollow.certified { stroke: var(--certified); }
svg .hollow.heuristic { stroke: var(--heuristic); } svg .hollow.none { stroke: var(--none); }
svg .memory { fill: none; stroke: var(--exact); stroke-width: 1; }
svg .dot { fill: var(--exact); stroke: none; }
svg .fit { fill: none; stroke: var(--heuristic); stroke-width: 2; stroke-dasharray: 6 3; }
svg .mark.stop { fill: var(--identity); } svg text.stop { fill: var(--identity); }
svg .stop-line { stroke: var(--identity); stroke-dasharray: 2 3; stroke-width: 1.5; }
svg .work { fill: var(--exact); stroke: var(--page); } svg .work.other { fill: var(--certified); }
svg text.on-work { fill: var(--page); font-size: 11px; }
.icon { flex: none; vertical-align: -3px; }
.swatch { display: inline-block; width: 1.4rem; height: 0.7rem; background: var(--heuristic); border: 1.5px solid var(--heuristic); }
.swatch.hollow { background: none; }
.swatch.dashed { height: 0; border: 0; border-top: 2px dashed var(--ink); background: none; }
.swatch.dotted { height: 0; border: 0; border-top: 2px dotted var(--identity); background: none; }
.swatch.memory { height: 0; border: 0; border-top: 2px solid var(--exact); background: none; }
.swatch.fitted { height: 0; border: 0; border-top: 3px dashed var(--heuristic); background: none; }

@media (max-width: 620px) {
  svg.chart.wide { display: none; }
  svg.chart.narrow, .narrow { display: block; }
  th, td { padding: 0.3rem 0.45rem; }
  tbody th[scope=row] { min-width: 6.5rem; max-width: 8.5rem; }
}

@page { margin: 12mm; }
@page wide { size: landscape; }
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --raised: #f5f6f8; --band: #f5f6f8; --ink: #000000; --soft: #444b53; --rule: #c3c8ce; --grid: #dfe2e6;
    --exact: #0a5fa8; --certified: #00735c; --heuristic: #b04a00; --none: #565d66; --floor: #cfe3f5; --floor-edge: #0a5fa8;
    --identity: #8a1f63; --good: #00694f; --bad: #a3260d; --accent: #0a5fa8;
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  nav, details.numbers:not([open]) { display: none; }
  #methods { page: wide; }
  .scrolls { overflow: visible; }
  table.methods { font-size: 7.2pt; min-width: 0; }
  table.methods th, table.methods td { padding: 2pt; }
  table.methods thead th { font-size: 6.2pt; }
  tbody th[scope=row] { position: static; min-width: 0; }
  .stays, .says { position: static; max-width: none; }
  .says { font-size: 7.2pt; }
  h2, h3, h4 { break-after: avoid; }
  thead { display: table-header-group; }
  tr, tbody.method, figure, .side-by-side > *, .verdict, dl > div { break-inside: avoid; }
  svg.chart { max-width: 100%; max-height: 235mm; }
  figure.small svg.chart { max-width: 86mm; }
  .multiples { grid-template-columns: 1fr 1fr; }
}
)css";

}  // namespace

std::string_view style() {
  return kStyle;
}

}  // namespace expunge::html
