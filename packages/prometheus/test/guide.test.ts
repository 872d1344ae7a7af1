import { createServer } from 'node:http';
import { Namespace, socketio } from '@sio/core';
import { Metrics, scrapeHandlers } from '@sio/prometheus';
import { connect, listen } from '@sio/test-kit';
import express, { type RequestHandler } from 'express';
import { expect, onTestFinished, test } from 'vitest';

class Chat extends Namespace {
  onSay(text: string) {
    this.broadcast.emit('said', text);
  }
}

const requireOperator: RequestHandler = (req, res, next) => {
  if (req.get('authorization') === `Bearer ${process.env.METRICS_TOKEN}`) next();
  else res.sendStatus(401);
};

const app = express();
const server = createServer(app);
const { io } = socketio({ '/chat': Chat }).attach(server);

new Metrics(io);
app.get('/metrics', requireOperator, scrapeHandlers().node);

test('the sample of the README serves the metrics of its server', async () => {
  onTestFinished(() => io.close());
  const url = await listen(server);
  await connect('4.8.4', `${url}/chat`, 'websocket').ask('say', 'hello');
  expect((await fetch(`${url}/metrics`)).status).toBe(401);
  const headers = { authorization: `Bearer ${process.env.METRICS_TOKEN}` };
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  expect(text).toContain('sio_events_received_total{namespace="/chat",event="say"} 1');
});
