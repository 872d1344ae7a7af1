import { once } from 'node:events';
import http2 from 'node:http2';
import { Child, certificate, failOnStrayErrors } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { connected, listen, majors, transports } from './support/kit.js';

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }
}

describe.each(majors)('%s on a server of HTTP/2', (_name, express) => {
  failOnStrayErrors();

  test.each(transports)('serves clients that use HTTP/1.1, over %s', async (_transport, list) => {
    const app = express();
    const mount = socketio({ '/': Echo });
    onTestFinished(() => mount.io.close());
    app.use(mount);
    const server = http2.createSecureServer({ ...certificate(), allowHTTP1: true }, app as never);
    const url = (await listen(server)).replace('127.0.0.1', 'localhost');
    const socket = await connected(url, { transports: [...list], rejectUnauthorized: false });
    expect(await socket.emitWithAck('echo', 1)).toBe(1);
  });

  test('refuses attach() because Express does not run on HTTP/2', () => {
    const mount = socketio({ '/': Echo });
    onTestFinished(() => mount.io.close());
    const server = http2.createSecureServer(certificate());
    expect(() => mount.attach(server as never)).toThrow('attach: Express does not run on HTTP/2');
  });
});

test.each(['express', 'express4'])('%s itself ends the process with the first request over HTTP/2', async (name) => {
  const { cert, key } = certificate();
  const child = new Child(new URL('./processes/http2.mjs', import.meta.url), [name, String(cert), String(key)]);
  const ended = once(child.process, 'exit');
  const session = http2.connect(`https://127.0.0.1:${await child.call<number>('start')}`, {
    rejectUnauthorized: false,
  });
  onTestFinished(() => session.destroy());
  session.on('error', () => {});
  const request = session.request({ ':path': '/' });
  request.on('error', () => {});
  expect(await ended).toEqual([1, null]);
});
