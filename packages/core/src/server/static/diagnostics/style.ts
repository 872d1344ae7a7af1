/** The style of the page of the option `diagnostics`. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ink-soft: light-dark(#5c5870, #a9a5bd);
  --line: light-dark(#dcd9ea, #3a3749);
  --good: light-dark(#0f6b4f, #55d3a5);
  --warn: light-dark(#8a5a00, #f0c060);
  --bad: light-dark(#b3261e, #ffa29b);
  --accent: light-dark(#4a3bc8, #b3aaff);
  font: 1rem/1.5 system-ui, sans-serif;
}
body { max-width: 46rem; margin: 0 auto; padding: 1rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 1rem; }
h1 { margin: 0; font-size: 1.4rem; }
h2 { margin: 1.5rem 0 0; font-size: 1.1rem; }
p { margin: 0.25rem 0; }
#checks { margin: 1rem 0; padding: 0; list-style: none; border-top: 1px solid var(--line); }
#checks li { display: grid; grid-template-columns: 1.5rem 1fr auto; gap: 0 0.5rem; padding: 0.6rem 0; border-bottom: 1px solid var(--line); }
#checks .name { font-weight: 600; }
#checks .time { color: var(--ink-soft); font-variant-numeric: tabular-nums; }
#checks .text { grid-column: 2 / 4; color: var(--ink-soft); overflow-wrap: anywhere; }
#checks .text:empty { display: none; }
.mark { font-weight: 700; text-align: center; }
.good .mark, #summary.good { color: var(--good); }
.warn .mark, #summary.warn { color: var(--warn); }
.bad .mark, #summary.bad { color: var(--bad); }
.bad .text { color: inherit; }
#graph { display: block; width: 100%; height: auto; border: 1px solid var(--line); border-radius: 0.5rem; }
polyline { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; }
#line-websocket { stroke: var(--accent); }
#line-http { stroke: var(--warn); }
.legend span::before { content: ""; display: inline-block; width: 1.2rem; height: 0.2rem; margin: 0 0.4rem 0.25rem 0; background: currentColor; }
.legend .websocket { color: var(--accent); }
.legend .http { color: var(--warn); margin-left: 1rem; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem; }
details { margin: 1rem 0; }
button { min-height: 2.75rem; padding: 0 1.25rem; border: 0; border-radius: 0.6rem; color: #fff; background: #5546d6; font: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;
