import { connect } from '/shared/page.js';

const TRANSPORTS = ['websocket', 'polling'];
const PAUSE_MS = 250;
const KEPT = 120;
const graph = document.getElementById('graph');
/** Rows for the graph: times, then one row for each transport. */
const rows = [[], [], []];
let plot;

const sockets = TRANSPORTS.map((transport) => connect('/latency', { transports: [transport], forceNew: true }));

async function roundTrip(socket) {
  const start = performance.now();
  await socket.timeout(2000).emitWithAck('echo');
  return performance.now() - start;
}

async function sample() {
  // One after the other, so that they do not wait for each other.
  const times = [];
  for (const socket of sockets) times.push(await roundTrip(socket).catch(() => null));
  rows[0].push(Date.now() / 1000);
  times.forEach((time, index) => {
    rows[index + 1].push(time);
    document.getElementById(TRANSPORTS[index]).textContent = time === null ? 'no answer' : `${time.toFixed(1)} ms`;
  });
  for (const row of rows) if (row.length > KEPT) row.shift();
  plot ??= makePlot();
  plot.setData(rows);
  setTimeout(sample, PAUSE_MS);
}
await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
await sample();

function makePlot() {
  const ink = getComputedStyle(document.body).color;
  const axis = { stroke: ink, grid: { stroke: '#8a879944' }, ticks: { stroke: '#8a879944' } };
  const size = () => ({ width: graph.clientWidth, height: Math.max(220, innerHeight * 0.5) });
  const series = [
    {},
    { label: 'WebSocket (ms)', stroke: '#5546d6', width: 2 },
    { label: 'Polling (ms)', stroke: '#c2590a', width: 2 },
  ];
  const made = new uPlot(
    { ...size(), axes: [axis, axis], scales: { y: { range: (_, __, most) => [0, Math.max(5, most * 1.1)] } }, series },
    rows,
    graph,
  );
  addEventListener('resize', () => made.setSize(size()));
  return made;
}
