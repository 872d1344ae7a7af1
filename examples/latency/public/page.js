import { lineGraph } from '/shared/graph.js';
import { connect } from '/shared/page.js';

const TRANSPORTS = ['websocket', 'polling'];
const PAUSE_MS = 250;
const SECONDS = 30;
const times = [];
/** A row of milliseconds for each transport; null where no answer came. */
const rows = TRANSPORTS.map(() => []);
const draw = lineGraph(document.getElementById('graph'), {
  labels: ['WebSocket', 'Polling'],
  seconds: SECONDS,
  unit: 'ms',
  top: (most) => Math.max(5, most * 1.1),
});

// Without `forceNew`, both would share one connection.
const sockets = TRANSPORTS.map((transport) => connect('/latency', { transports: [transport], forceNew: true }));
await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
await sample();

async function roundTrip(socket) {
  const start = performance.now();
  await socket.timeout(2000).emitWithAck('echo');
  return performance.now() - start;
}

async function sample() {
  // One after the other: they must not wait for each other.
  for (const [index, socket] of sockets.entries()) {
    const time = await roundTrip(socket).catch(() => null);
    rows[index].push(time);
    document.getElementById(TRANSPORTS[index]).textContent = time === null ? 'no answer' : `${time.toFixed(1)} ms`;
  }
  times.push(Date.now() / 1000);
  while (times[0] < times.at(-1) - SECONDS) for (const row of [times, ...rows]) row.shift();
  draw(times, rows);
  setTimeout(sample, PAUSE_MS);
}
