import { connect } from '/shared/page.js';

const socket = connect('/cpu');
const [graph, now, viewers] = ['graph', 'now', 'viewers'].map((id) => document.getElementById(id));
const COLOURS = ['#5546d6', '#0f8a63', '#c2590a', '#b3261e', '#0b7bb3', '#8a5a00', '#7a3ea8', '#5c5870'];
const KEPT = 120;
let samples = [];
let plot;

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
  const columns = samples[0].map((_, column) => samples.map((sample) => sample[column]));
  plot ??= makePlot(columns);
  plot.setData(columns);
  const [, ...cores] = samples.at(-1);
  now.textContent = `${Math.round(cores.reduce((sum, load) => sum + load, 0) / cores.length)} %`;
}

function makePlot(columns) {
  const ink = getComputedStyle(document.body).color;
  const axis = { stroke: ink, grid: { stroke: '#8a879944' }, ticks: { stroke: '#8a879944' } };
  const size = () => ({ width: graph.clientWidth, height: Math.max(220, innerHeight * 0.5) });
  const series = columns
    .slice(1)
    .map((_, core) => ({ label: `Core ${core + 1}`, stroke: COLOURS[core % COLOURS.length], width: 2 }));
  const scales = { y: { range: [0, 100] } };
  const made = new uPlot(
    {
      ...size(),
      scales,
      axes: [axis, { ...axis, values: (_, loads) => loads.map((load) => `${load} %`) }],
      series: [{}, ...series],
    },
    columns,
    graph,
  );
  addEventListener('resize', () => made.setSize(size()));
  return made;
}
