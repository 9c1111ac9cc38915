/** The report's looks: by the reader's light or dark theme, and plain black on white in print. Nothing is loaded from anywhere. */
export const style = `
:root { color-scheme: light dark; --paper: #fbfbfa; --card: #fff; --ink: #1d2025; --muted: #5b626d; --rule: #d9dce1; --notice: #fff4d6; --notice-ink: #5c4300;
  --s1: #1f66d0; --s2: #c2410c; --s3: #0f766e; --s4: #7c3aed; --good: #17703a; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --paper: #14161a; --card: #1c1f25; --ink: #e8eaee; --muted: #a3abb8; --rule: #353a44; --notice: #3b2f0d; --notice-ink: #ffdf8a;
  --s1: #7db2ff; --s2: #ff9d66; --s3: #4fd1c5; --s4: #c4a7ff; --good: #6fd08f; --bad: #ff8f85; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main, header, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.2rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .7rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
p { margin: .4rem 0; max-width: 46rem; }
.muted, figcaption, footer { color: var(--muted); }
footer { padding-bottom: 2rem; margin-top: 2.5rem; font-size: .85rem; }
.notice { background: var(--notice); color: var(--notice-ink); border-radius: .5rem; padding: .6rem .9rem; margin: .8rem 0; max-width: none; }
.figures { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.2rem 0 0; padding: 0; list-style: none; }
.figures li { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; padding: .6rem .9rem; min-width: 9rem; }
.figures strong { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .28rem .8rem .28rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { font-weight: 600; }
tbody th { font-weight: 400; }
.number { text-align: right; white-space: nowrap; }
.ran { color: var(--good); } .failed { color: var(--bad); font-weight: 600; }
code { font: .85em/1.45 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { margin: .4rem 0; white-space: pre-wrap; }
figure { margin: .6rem 0; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; }
.plots figure, .card { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; padding: .7rem .9rem; }
.plot { width: 100%; height: auto; max-width: 30rem; display: block; } .plot.wide { max-width: 54rem; }
.grid { stroke: var(--rule); } .tick, .axis { fill: var(--muted); font-size: 11px; } .axis { font-size: 11px; }
.line { fill: none; stroke-width: 1.8; } .whisker { stroke-width: 1.4; }
.s1.mark { fill: var(--s1); } .s2.mark { fill: var(--s2); } .s3.mark { fill: var(--s3); } .s4.mark { fill: var(--s4); }
.s1.line, .s1.whisker { stroke: var(--s1); } .s2.line, .s2.whisker { stroke: var(--s2); stroke-dasharray: none; } .s3.line, .s3.whisker { stroke: var(--s3); } .s4.line, .s4.whisker { stroke: var(--s4); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; list-style: none; margin: .2rem 0; padding: 0; font-size: .85rem; }
details { margin: .4rem 0; } summary { cursor: pointer; } summary:focus-visible { outline: 2px solid var(--s1); }
@media print { :root { color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --muted: #444; --rule: #bbb; --notice: #fff; --notice-ink: #000; --s1: #1f66d0; --s2: #c2410c; --s3: #0f766e; --s4: #7c3aed; --good: #000; --bad: #000; }
  body { font-size: 10pt; } .notice { border: 1px solid #000; } main, header, footer { max-width: none; padding: 0; }
  figure, tr, .card { break-inside: avoid; } h2, h3 { break-after: avoid; } }
`;
