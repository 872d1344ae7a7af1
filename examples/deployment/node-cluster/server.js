import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { availableParallelism } from 'node:os';
import { Namespace, socketio } from '@sio/core';
import { createAdapter, setupPrimary } from '@socket.io/cluster-adapter';
import { setupMaster, setupWorker } from '@socket.io/sticky';

class Chat extends Namespace {
  onSay(text) {
    this.nsp.emit('said', text, process.pid);
  }
}

if (cluster.isPrimary) {
  const server = createServer();
  // Requests of a client that polls reach the worker that has its session.
  setupMaster(server, { loadBalancingMethod: 'least-connection' });
  setupPrimary();
  cluster.setupPrimary({ serialization: 'advanced' });
  const workers = Number(process.env.WORKERS ?? availableParallelism());
  let leaving = false;
  let ready = 0;
  for (let i = 0; i < workers; i++) cluster.fork();
  cluster.on('exit', () => {
    // A worker that fails is replaced.
    if (!leaving) cluster.fork();
    else if (Object.keys(cluster.workers).length === 0) server.close();
  });
  cluster.on('message', (_worker, message) => {
    if (message !== 'ready' || ++ready !== workers) return;
    server.listen(Number(process.env.PORT ?? 3000), () => console.log(`http://localhost:${server.address().port}`));
  });
  process.once('SIGTERM', () => {
    // The port stays open: clients that poll fetch what is left for them.
    leaving = true;
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM');
  });
} else {
  const { io } = socketio({ '/chat': Chat }, { adapter: createAdapter() }).attach(createServer());
  setupWorker(io);
  // systemd and others send the signal to all processes: a second one changes nothing.
  process.on('SIGTERM', async () => {
    await io.drain({ deadline: 10_000, jitter: 2_000 });
    await io.close();
    if (process.connected) process.disconnect();
  });
  process.send('ready');
}
