import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificate, connect as connectVersion } from '@sio/test-kit';
import { freePort } from '@sio/test-kit/programs';
import type { Socket } from 'socket.io-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { next, open, startHowTo } from './support/programs.js';

describe('the admin UI', () => {
  it('shows the sockets and rooms, and asks for its password', async () => {
    const { url } = await startHowTo('admin-ui', { NODE_ENV: 'development' });
    await expect(open(`${url}/admin`, { auth: { username: 'admin', password: 'guess' } })).rejects.toThrow(
      'invalid credentials',
    );
    const admin = await open(`${url}/admin`, { auth: { username: 'admin', password: 'changeit' } });
    const joined = new Promise<string>((resolve) =>
      admin.on('room_joined', (_nsp: string, room: string) => room === 'tea' && resolve(room)),
    );
    const ann = await open(url);
    ann.emit('enter', 'tea');
    expect(await joined).toBe('tea');
  });
});

describe('rate limits', () => {
  it('tell a client that is too fast how long to wait, and disconnect it if it continues', async () => {
    const { url } = await startHowTo('rate-limits');
    const socket = await open(`${url}/chat`);
    const answers = await Promise.all(Array.from({ length: 8 }, () => socket.emitWithAck('search', 'tea')));
    expect(answers.slice(0, 5)).toEqual(Array(5).fill(['tea is found here']));
    const refused = answers.find((answer) => 'error' in answer);
    expect(refused.error).toMatchObject({ name: 'rate_limited', retryAfter: expect.any(Number) });
    const gone = next(socket, 'disconnect');
    for (let count = 0; count < 100; count++) socket.emit('search', 'tea');
    expect((await gone)[0]).toBe('transport close');
  });
});

describe('back-pressure', () => {
  it('sends a slow client the latest price, and a log without a gap', async () => {
    const { url } = await startHowTo('back-pressure');
    const socket = await open(`${url}/feed`);
    const lines: string[] = [];
    socket.on('line', (text: string) => lines.push(text.split(' ')[0]!));
    expect(await socket.emitWithAck('log', 300)).toEqual({ sent: 300 });
    expect(lines).toEqual(Array.from({ length: 300 }, (_, number) => String(number)));
    const price = next(socket, 'price');
    socket.emit('watch', 'ACME');
    expect(await price).toEqual(['ACME', expect.any(Number)]);
    const flow = await (await fetch(`${url}/flow`)).json();
    expect(flow).toMatchObject({ slowConsumers: 0, dropped: 0 });
  });
});

describe('old clients', () => {
  it('are counted, asked to update, and refused with an error that they understand', async () => {
    const all = await startHowTo('old-clients');
    const clients = (['0.9.17', '2.5.0', '4.8.4'] as const).map((version) =>
      connectVersion(version, `${all.url}/chat`, 'websocket'),
    );
    const notices = Promise.all(clients.slice(0, 2).map((client) => client.next('notice')));
    for (const client of clients) await client.joined();
    expect(await notices).toEqual(Array(2).fill([expect.stringContaining('Please update')]));
    expect(await (await fetch(`${all.url}/clients`)).json()).toEqual({
      total: 3,
      generations: { '0.9': { websocket: 1 }, eio3: { websocket: 1 }, eio4: { websocket: 1 } },
    });

    const last = await startHowTo('old-clients', { GENERATIONS: 'eio4' });
    await connectVersion('4.8.4', `${last.url}/chat`, 'polling').joined();
    const refusal = fetch(`${last.url}/socket.io/?EIO=3&transport=polling`);
    expect(await (await refusal).json()).toMatchObject({ message: 'Unsupported protocol version' });
    await expect(connectVersion('2.5.0', `${last.url}/chat`, 'polling').joined()).rejects.toThrow();
    await expect(connectVersion('0.9.17', `${last.url}/chat`, 'polling').joined()).rejects.toThrow();
  });
});

describe('WebTransport', () => {
  it('connects the official client, whose credentials come in auth', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sio-how-to-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { key, cert } = certificate();
    const [KEY, CERT, UDP_PORT] = [join(folder, 'key.pem'), join(folder, 'cert.pem'), String(await freePort())];
    writeFileSync(KEY, key);
    writeFileSync(CERT, cert);
    await startHowTo('webtransport', { KEY, CERT, UDP_PORT, HTTP: '2' });
    await provideWebTransport();
    const value = createHash('sha256').update(new X509Certificate(cert).raw).digest();
    const own = { serverCertificateHashes: [{ algorithm: 'sha-256', value }], forceReliable: true };
    const url = `https://127.0.0.1:${UDP_PORT}/chat`;
    const open3 = (auth: object): Promise<Socket> =>
      open(url, { transports: ['webtransport'], auth, transportOptions: { webtransport: own } });
    const socket = await open3({ token: 'secret' });
    expect(await socket.emitWithAck('where')).toBe('webtransport');
    await expect(open3({})).rejects.toThrow('Connection rejected by server');
    socket.disconnect();
    await open3({ token: 'secret' });
  });
});

/** Node has none of its own. The package says at length that it has no HTTP/3. */
async function provideWebTransport() {
  const spies = (['error', 'log'] as const).map((name) => vi.spyOn(console, name).mockImplementation(() => {}));
  const { WebTransport, quicheLoaded } = await import('@fails-components/webtransport');
  await quicheLoaded;
  for (const spy of spies) spy.mockRestore();
  /** The official client pipes into the stream, and leaves the failure of that unhandled when the session ends. */
  class Quiet extends WebTransport {
    override async createBidirectionalStream() {
      const stream = await super.createBidirectionalStream();
      const writer = stream.writable.getWriter();
      writer.closed.catch(() => {});
      const writable = new WritableStream({ write: (chunk) => writer.write(chunk).catch(() => {}) });
      return Object.defineProperty(stream, 'writable', { value: writable });
    }
  }
  vi.stubGlobal('WebTransport', Quiet);
  onTestFinished(() => void vi.unstubAllGlobals());
}
