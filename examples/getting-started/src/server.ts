import type { AddressInfo } from 'node:net';
import { createApp } from './app.js';

const { SESSION_SECRET, PORT = '3000' } = process.env;
if (SESSION_SECRET === undefined) throw new Error('Set SESSION_SECRET, which signs the cookies of sessions');

const { app, board } = createApp(SESSION_SECRET);
const server = app.listen(Number(PORT), (error) => {
  if (error) throw error;
  console.log(`Board: http://localhost:${(server.address() as AddressInfo).port}`);
});

process.once('SIGTERM', async () => {
  // Requests under way are finished; then clients leave one after the other and reconnect to the next server.
  await board.io.drain({ deadline: 10_000, jitter: 2_000 });
  await board.io.close();
  server.close();
});
