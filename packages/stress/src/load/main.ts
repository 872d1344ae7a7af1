// npm run load -- [--connections 10000]
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import type { Seen } from './server.js';

const { values } = parseArgs({ options: { connections: { type: 'string', default: '10000' } } });
const count = Number(values.connections);
/** Connects that are under way at once, except where all come at once. */
const PACE = 200;

async function start(port = 0): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(new URL('server.js', import.meta.url), [String(port)]);
  const [{ port: at }] = (await once(child, 'message')) as [{ port: number }];
  return { child, port: at };
}

async function ask(child: ChildProcess): Promise<Seen> {
  child.send('report');
  const [seen] = (await once(child, 'message')) as [Seen];
  return seen;
}

/** A client in the main namespace; it tries again until a server answers. */
async function join(port: number): Promise<WebSocket> {
  for (;;) {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
    });
    const joined = await new Promise<boolean>((resolve) => {
      ws.on('message', (data) => {
        const text = String(data);
        if (text.startsWith('0')) ws.send('40');
        else if (text.startsWith('40')) resolve(true);
      });
      ws.on('error', () => resolve(false));
      ws.on('close', () => resolve(false));
    });
    if (joined) return ws;
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 200));
  }
}

async function joinAll(port: number, pace: number): Promise<{ sockets: WebSocket[]; seconds: number }> {
  const begin = performance.now();
  const sockets: WebSocket[] = [];
  let begun = 0;
  const worker = async () => {
    while (begun < count) {
      begun++;
      sockets.push(await join(port));
    }
  };
  await Promise.all(Array.from({ length: pace }, worker));
  return { sockets, seconds: (performance.now() - begin) / 1000 };
}

const rows: string[] = [];
function note(what: string, seconds: number, { clients, p50, p99, max, memory }: Seen): void {
  const delays = [p50, p99, max].map((value) => value.toFixed(0)).join(' / ');
  rows.push(`| ${what} | ${clients} | ${seconds.toFixed(1)} s | ${delays} ms | ${memory.toFixed(0)} MB |`);
  console.log(rows.at(-1));
}

const first = await start();
const empty = await ask(first.child);
const storm = await joinAll(first.port, PACE);
note(`storm: ${PACE} connects at a time`, storm.seconds, await ask(first.child));
await new Promise((resolve) => setTimeout(resolve, 5000));
note('all of them idle', 5, await ask(first.child));

// The server dies; all clients come back at once.
first.child.kill('SIGKILL');
await once(first.child, 'exit');
const second = await start(first.port);
const herd = await joinAll(second.port, count);
note('herd: all at once after a restart', herd.seconds, await ask(second.child));
for (const socket of [...storm.sockets, ...herd.sockets]) socket.terminate();
second.child.kill();

writeFileSync(
  new URL('../../results/load.md', import.meta.url),
  `# Load

${count} connections over WebSocket on one machine (${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}), clients and server
sharing it. Before anybody came the server had ${empty.memory.toFixed(0)} MB. Delay of its event loop: half / 99 of 100 / longest,
measured every 10 ms.

| | connected | took | delay | memory |
|---|---|---|---|---|
${rows.join('\n')}
`,
);
process.exit();
