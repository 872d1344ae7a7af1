import { once } from 'node:events';
import { connect as connectHttp2, createSecureServer } from 'node:http2';
import { createServer as createHttps, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { certificate, listen } from '@sio/test-kit';
import { expect, it, onTestFinished } from 'vitest';
import { ask, next, pair } from '../support/harness.js';
import { type Library, onBoth } from '../support/libraries.js';

async function secure(load: () => Promise<Library>, http: HttpsServer) {
  const { Server } = await load();
  const io = new Server(http);
  await listen(http);
  onTestFinished(async () => {
    await io.close();
  });
  return { io, url: `https://127.0.0.1:${(http.address() as AddressInfo).port}` };
}

onBoth('behind TLS', (load) => {
  const servers: readonly (readonly [name: string, make: () => HttpsServer])[] = [
    ['https', () => createHttps(certificate())],
    ['http2', () => createSecureServer({ ...certificate(), allowHTTP1: true }) as unknown as HttpsServer],
  ];

  it.each(servers)('serves clients of an %s server over both transports', async (_name, make) => {
    const { io, url } = await secure(load, make());
    io.on('connection', (socket) => socket.on('echo', (text, answer) => answer(text)));
    for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
      const { socket, peer } = await pair(io, url, { transports, rejectUnauthorized: false });
      expect(socket.handshake.secure).toBe(true);
      expect(await ask(peer, 'echo', 'ü')).toEqual(['ü']);
      peer.disconnect();
    }
  });

  it('answers polls over HTTP/2 itself', async () => {
    const { io, url } = await secure(load, createSecureServer(certificate()) as unknown as HttpsServer);
    const session = connectHttp2(url, { rejectUnauthorized: false });
    onTestFinished(() => void session.destroy());
    const request = async (method: string, query: string, body?: string) => {
      const stream = session.request({ ':method': method, ':path': `/socket.io/?EIO=4&transport=polling${query}` });
      stream.end(body);
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
      let text = '';
      for await (const chunk of stream) text += String(chunk);
      return { status: headers[':status'], text };
    };
    const opened = await request('GET', '');
    expect(opened.status).toBe(200);
    const { sid } = JSON.parse(opened.text.slice(1));
    const arrival = next(io, 'connection');
    expect(await request('POST', `&sid=${sid}`, '40')).toEqual({ status: 200, text: 'ok' });
    const [socket] = await arrival;
    expect(await request('GET', `&sid=${sid}`)).toMatchObject({ text: `40{"sid":"${socket.id}"}` });
    expect(socket.handshake.query).toMatchObject({ EIO: '4' });
    session.close();
  });
});
