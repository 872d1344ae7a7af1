import { createServer } from 'node:http';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Namespace, socketio } from '@sio/core';
import { Telemetry } from '@sio/opentelemetry';
import { connect, listen } from '@sio/test-kit';
import { expect, onTestFinished, test } from 'vitest';

class Chat extends Namespace {
  onSay(text: string) {
    this.broadcast.emit('said', text);
  }
}

const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const server = createServer();

const { io } = socketio({ '/chat': Chat }).attach(server);
const telemetry = new Telemetry(io, {
  tracerProvider,
  filter: (_namespace, event) => event !== 'typing',
  namespace: (name) => name.replace(/\d+/, ':id'),
});

test('the sample of the README records spans of events', async () => {
  onTestFinished(async () => {
    telemetry.stop();
    await io.close();
    context.disable();
  });
  const url = await listen(server);
  await connect('4.8.4', `${url}/chat`, 'websocket').ask('say', 'hello');
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual([
    'connect /chat',
    'broadcast /chat said',
    'process /chat say',
  ]);
});
