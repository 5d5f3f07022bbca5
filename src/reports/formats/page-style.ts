/** The style sheet of report pages: for light, dark and print, and for both directions of text. */

/** Text has a contrast of at least 7 : 1 to its background, bars of at least 3 : 1. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --back: #ffffff; --text: #1b1f24; --soft: #4a5361; --line: #d5dae1; --stripe: #f4f6f8; --bar: #2b6cb0; --part: #c2410c; }
@media (prefers-color-scheme: dark) { :root { --back: #14171c; --text: #e8ebef; --soft: #b3bcc8; --line: #39414d; --stripe: #1c2128; --bar: #6ea8e6; --part: #f59a5b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 75rem; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Hebrew", Arial, sans-serif; }
h1 { margin: 0 0 .5rem; font-size: 1.75rem; line-height: 1.25; }
h2 { margin: 2rem 0 .5rem; font-size: 1.2rem; }
dl { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: 0 0 1rem; color: var(--soft); }
dl div { display: flex; gap: .5rem; }
dt::after { content: ":"; }
dd { margin: 0; color: var(--text); }
.note { margin: .5rem 0; padding: .5rem .75rem; border-inline-start: .25rem solid var(--part); background: var(--stripe); }
figure { margin: 1.5rem 0; }
figcaption { margin-bottom: .5rem; }
figcaption .aside { color: var(--soft); font-size: .875rem; }
.key { display: inline-block; width: .75em; height: .75em; margin-inline: .75em .35em; background: var(--bar); }
.key.part { background: var(--part); }
svg { display: block; width: 100%; height: auto; min-width: 36rem; max-width: 60rem; font: 12px system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Hebrew", Arial, sans-serif; }
svg text { fill: var(--text); }
svg .bar { fill: var(--bar); }
svg .part { fill: var(--part); }
svg .grid { stroke: var(--line); stroke-width: 1; }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 2px solid var(--bar); }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
caption { padding: .5rem 0; text-align: start; font-weight: 600; font-size: 1.1rem; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
thead th, thead th.number { overflow-wrap: normal; white-space: normal; border-bottom: 2px solid var(--soft); color: var(--soft); vertical-align: bottom; }
tbody tr:nth-child(even) { background: var(--stripe); }
tbody th { font-weight: 600; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.when { white-space: nowrap; }
td.list { min-width: 14rem; }
td.words, tbody th.words { min-width: 8.5rem; overflow-wrap: anywhere; white-space: pre-wrap; }
td ul { margin: 0; padding-inline-start: 1.1rem; }
@page { margin: 15mm; }
@page wide { size: A4 landscape; margin: 12mm; }
@media print {
  :root { color-scheme: light; --back: #ffffff; --text: #000000; --soft: #333333; --line: #999999; --stripe: #ffffff; --bar: #2b6cb0; --part: #c2410c; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  h1 { font-size: 18pt; }
  table { font-size: 9pt; }
  .wide { page: wide; }
  .wide table { font-size: 7pt; }
  .wide th, .wide td { padding: 1mm; }
  .wide .when { white-space: normal; }
  td.words, tbody th.words { min-width: 15mm; }
  td.list { min-width: 45mm; }
  .scroll { overflow: visible; }
  svg { min-width: 0; }
  thead { display: table-header-group; }
  tr, figure, caption, .note { break-inside: avoid; }
  caption, thead, h1, h2 { break-after: avoid; }
  svg rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`
