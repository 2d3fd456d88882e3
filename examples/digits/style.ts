// The look of the report. The two hues are told apart by the colour-blind, too, in light and in dark.

export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfb; --ink: #1f2328; --quiet: #59636e; --faint: #c9cdd2; --line: #e4e6e8;
  --first: #0b62a8; --second: #b54708;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --ink: #e6e8ea; --quiet: #9ba3ad; --faint: #4a525c; --line: #2b3138;
    --first: #6cb6ff; --second: #f0a15a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem clamp(1rem, 4vw, 2.5rem) 3rem; max-width: 72rem;
  background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
h1 { margin: 0 0 .5rem; font-size: clamp(1.7rem, 5vw, 2.4rem); line-height: 1.15; letter-spacing: -.02em; }
h2 { margin: 0 0 .25rem; font-size: 1.3rem; letter-spacing: -.01em; }
section { margin-top: 2.75rem; }
p { margin: 0 0 1rem; max-width: 44rem; }
.lead { font-size: 1.1rem; }
.note, footer { color: var(--quiet); font-size: .875rem; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); }
a { color: var(--first); }
.first { color: var(--first); } .second { color: var(--second); }
figure { margin: 0; }
.panels { display: grid; gap: 1.5rem 1.25rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); }
.panels figcaption { font-weight: 600; }
svg { display: block; width: 100%; height: auto; overflow: visible; color: var(--quiet); }
section > figure svg { max-width: 30rem; margin-bottom: 1.25rem; }
pre { overflow-x: auto; padding: .9rem 1rem; border: 1px solid var(--line); border-radius: .4rem; line-height: 1.45; }
code { font: .85em ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
summary { cursor: pointer; }
.plot [data-part$="grid"] { stroke: var(--line); stroke-opacity: 1; }
table { margin: 1rem 0; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .95rem; white-space: nowrap; }
th, td { padding: .4rem .9rem; text-align: right; border-bottom: 1px solid var(--line); }
th { color: var(--quiet); font-weight: 500; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td:first-child { font-weight: 600; }
@media (max-width: 66rem) {
  table { font-size: .85rem; }
  th, td { padding: .4rem .5rem; }
}
@media (max-width: 54rem) {
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  thead tr { display: block; }
  table, tbody, td { display: block; }
  tr { display: grid; grid-template-columns: repeat(3, 1fr); gap: .3rem .75rem; padding: .6rem 0; border-bottom: 1px solid var(--line); }
  td { padding: 0; border: 0; text-align: left; font-size: .9rem; }
  td:first-child { grid-column: 1 / -1; font-size: 1rem; }
  td:not(:first-child)::before { content: attr(data-label); display: block; color: var(--quiet); font-size: .78rem; }
}
.digits { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); }
.digits svg { width: 6rem; padding: .35rem; border: 1px solid var(--line); border-radius: .4rem; color: var(--ink); }
.digits figcaption { margin-top: .4rem; font-size: .85rem; color: var(--quiet); }
.digits b { color: var(--ink); }
`;
