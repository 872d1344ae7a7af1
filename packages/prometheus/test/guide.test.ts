import { createServer } from 'node:http';
import { Namespace, socketio } from '@sio/core';
import { Metrics, scrapeHandlers } from '@sio/prometheus';
import { connect, listen } from '@sio/test-kit';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';

class Chat extends Namespace {
  onSay(text: string) {
    this.broadcast.emit('said', text);
  }
}

const requireOperator = (_req: unknown, _res: unknown, next: () => void) => next();

const app = express();
const server = createServer(app);
const { io } = socketio({ '/chat': Chat }).attach(server);

new Metrics(io);
app.get('/metrics', requireOperator, scrapeHandlers().node);

test('the sample of the README serves the metrics of its server', async () => {
  onTestFinished(() => io.close());
  const url = await listen(server);
  await connect('4.8.4', `${url}/chat`, 'websocket').ask('say', 'hello');
  const text = await (await fetch(`${url}/metrics`)).text();
  expect(text).toContain('sio_events_received_total{namespace="/chat",event="say"} 1');
});
