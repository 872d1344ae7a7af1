import { lineGraph } from '/shared/graph.js';
import { connect } from '/shared/page.js';

const KEPT = 120;
const [graph, now, viewers] = ['graph', 'now', 'viewers'].map((id) => document.getElementById(id));
let samples = [];
let draw;

const socket = connect('/cpu');
// The first event of every connection, also after a lost one: the graph then has no gap.
socket.on('history', (history) => {
  samples = history;
  show();
});
socket.on('sample', (sample) => {
  samples = [...samples, sample].slice(-KEPT);
  show();
});
socket.on('viewers', (count) => {
  viewers.textContent = count;
});

function show() {
  if (samples.length === 0) return;
  const [times, ...cores] = samples[0].map((_, column) => samples.map((sample) => sample[column]));
  const average = times.map((_, row) => cores.reduce((sum, core) => sum + core[row], 0) / cores.length);
  const labels = ['All cores', ...cores.map((_, core) => `Core ${core + 1}`)];
  draw ??= lineGraph(graph, { labels, seconds: 60, unit: '%', top: () => 100 });
  draw(times, [average, ...cores]);
  now.textContent = `${Math.round(average.at(-1))} %`;
}
