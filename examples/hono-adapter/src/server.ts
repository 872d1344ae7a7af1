import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Namespace } from '@sio/core';
import { Hono } from 'hono';
import { logger } from 'hono/logger';
import { type HonoContext, socketio } from './socketio.js';

class Clock extends Namespace<Record<never, never>, Record<never, never>, unknown, HonoContext> {
  onWhatTimeIsIt() {
    return { time: new Date().toISOString(), path: this.request.req.path };
  }
}

const app = new Hono<{ Bindings: HttpBindings }>();
const live = socketio({ '/': Clock });

app.use(logger());
app.use('/live/*', live);
app.get('/', (c) => c.text('Socket.IO is at /live/socket.io/'));

const server = createAdaptorServer(app);
server.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`Clock: http://localhost:${(server.address() as AddressInfo).port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await live.io.close();
    server.close();
  });
}
