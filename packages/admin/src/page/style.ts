/** The style of the page. The chart reads some colours, and its canvas does not know `light-dark()`. */
export const STYLE: string = `
:root {
  color-scheme: light dark;
  --bad: light-dark(#b3261e, #ffa29b);
  font: 1rem/1.5 system-ui, sans-serif;
}
@media (prefers-color-scheme: light) { :root { --ink-soft: #5c5870; --line: #dcd9ea; --accent: #4a3bc8; --accent-soft: #4a3bc822; } }
@media (prefers-color-scheme: dark) { :root { --ink-soft: #a9a5bd; --line: #3a3749; --accent: #b3aaff; --accent-soft: #b3aaff22; } }
html { color: light-dark(#16132b, #f2f0fa); background: light-dark(#fff, #16132b); }
body { max-width: 72rem; margin: 0 auto; padding: 1rem; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 0 1rem; }
header #status { flex: 1; color: var(--ink-soft); }
.stale #status { color: var(--bad); font-weight: 600; }
h1 { margin: 0; font-size: 1.4rem; }
h2 { margin: 1.5rem 0 0.25rem; font-size: 1.1rem; }
p { margin: 0.25rem 0; }
#figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0.5rem; }
#figures div { padding: 0.5rem 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem; }
dt { color: var(--ink-soft); font-size: 0.9rem; }
dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
#charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; }
figure { margin: 0; min-width: 0; }
figcaption { font-variant-numeric: tabular-nums; }
form { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
input { min-height: 2.75rem; flex: 1; min-width: 12rem; padding: 0 0.75rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--ink-soft); border-radius: 0.5rem; }
button { min-height: 2.75rem; padding: 0 1rem; border: 1px solid var(--accent); border-radius: 0.5rem; color: var(--accent); background: transparent; font: inherit; }
button[aria-pressed=true], button[type=submit] { color: light-dark(#fff, #16132b); background: var(--accent); }
button.danger { border-color: var(--bad); color: var(--bad); }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.35rem 0.5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--ink-soft); font-weight: 600; white-space: nowrap; }
td.number { font-variant-numeric: tabular-nums; }
.actions { display: flex; flex-wrap: wrap; gap: 0.5rem; }
td button { white-space: nowrap; }
pre { max-height: 20rem; max-width: 30rem; margin: 0; overflow: auto; padding: 0.5rem; border: 1px solid var(--line); }
dialog { color: inherit; background: light-dark(#fff, #16132b); border: 1px solid var(--line); border-radius: 0.75rem; padding: 1rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;
