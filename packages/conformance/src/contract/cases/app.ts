import { certificate } from '@sio/test-kit';
import { expect } from 'vitest';
import { WebSocketServer } from 'ws';
import type { Harness, Play } from '../harness.js';

async function neighbour(play: Play): Promise<void> {
  const server = new WebSocketServer({ noServer: true });
  // As most libraries do it: a listener that takes its own path and leaves the rest alone.
  play.started.httpServer.on('upgrade', (req, socket, head) => {
    if (req.url !== '/neighbour') return;
    server.handleUpgrade(req, socket, head, (ws) => ws.on('message', (data) => ws.send(`neighbour heard ${data}`)));
  });
}

async function talkToNeighbour(play: Play): Promise<void> {
  const ws = await play.websocket('/neighbour');
  expect(await ws.send('hello').next()).toBe('neighbour heard hello');
}

/** Living in an app, beside whatever else it does. */
export const appCases = {
  async "hands handlers the framework's own request"(harness: Harness) {
    const client = await (await harness.open()).connected();
    expect(await client.ask('request is frameworks')).toEqual([true]);
  },

  async 'leaves ordinary routes alone'(harness: Harness) {
    const play = await harness.open();
    expect(await play.fetch('/hello')).toMatchObject({ status: 200, body: 'hello' });
    const client = await play.connected();
    expect(await play.fetch('/hello')).toMatchObject({ status: 200, body: 'hello' });
    for (const path of ['/nothing', '/socket.iox/?EIO=4&transport=polling', '/socket.io/nothing']) {
      expect([path, (await play.fetch(path)).status]).toEqual([path, 404]);
    }
    expect(await client.ask('echo', 'me too')).toEqual(['me too']);
  },

  async 'serves below a prefix'(harness: Harness) {
    const play = await harness.open({ prefixes: ['/api/v1'] });
    const client = await play.connected('/', { path: '/api/v1/socket.io/' });
    if (harness.mode === 'upgrade') await client.upgraded();
    expect(await client.ask('echo', 'below')).toEqual(['below']);
    await play.client('/', { path: '/socket.io/' }).refused();
    expect(await play.fetch('/hello')).toMatchObject({ status: 200, body: 'hello' });
  },

  async 'serves two mounts of one app, each on its own'(harness: Harness) {
    const play = await harness.open({ prefixes: ['/one', '/two'] });
    const [one, two] = await Promise.all(
      ['/one', '/two'].map((prefix) => play.connected('/', { path: `${prefix}/socket.io/` })),
    );
    if (harness.mode === 'upgrade') await Promise.all([one?.upgraded(), two?.upgraded()]);
    const heard = [one?.inbox('heard'), two?.inbox('heard')];
    one?.emit('tell all', 'first');
    two?.emit('tell all', 'second');
    expect(await Promise.all([one?.ask('echo', 1), two?.ask('echo', 2)])).toEqual([[1], [2]]);
    expect(heard.map((inbox) => inbox?.pending)).toEqual([[['first']], [['second']]]);
  },

  async 'lives beside another WebSocket server that was there first'(harness: Harness) {
    const play = await harness.open();
    await neighbour(play);
    const client = await play.connected();
    if (harness.mode === 'upgrade') await client.upgraded();
    await talkToNeighbour(play);
    expect(await client.ask('echo', 'hello')).toEqual(['hello']);
  },

  async 'lives beside another WebSocket server that came later'(harness: Harness) {
    const play = await harness.open();
    const first = await play.connected();
    await neighbour(play);
    await talkToNeighbour(play);
    const second = await play.connected();
    if (harness.mode === 'upgrade') await second.upgraded();
    expect(await Promise.all([first.ask('echo', 1), second.ask('echo', 2)])).toEqual([[1], [2]]);
  },

  async 'takes messages from behind body parsers'(harness: Harness) {
    const play = await harness.open({ bodyParsers: true });
    const client = await play.connected();
    const args: unknown[] = ['text é 😀', { long: 'x'.repeat(150_000) }];
    if (harness.kind.generation.binary) args.push(Buffer.from([0, 255, 30]));
    expect(await client.ask('echo', ...args)).toEqual(args);
  },

  async 'serves https'(harness: Harness) {
    const play = await harness.open({ tls: certificate() });
    const client = await play.connected();
    if (harness.mode === 'upgrade') await client.upgraded();
    expect(await client.ask('echo', 'secret', Buffer.of(1))).toEqual(['secret', Buffer.of(1)]);
  },
};

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const BYTES = { 'content-type': 'application/octet-stream' };

/** Bodies that no client of today posts any more, but those of old and of other makes do. */
export const bodyCases = {
  async 'takes the forms of JSONP clients from behind body parsers'(harness: Harness) {
    if (harness.mode !== 'polling') return;
    const play = await harness.open({ bodyParsers: true });
    const script = '/socket.io/?EIO=3&transport=polling&j=0';
    const said = async (path: string) =>
      JSON.parse(/\((.*)\)/.exec((await play.fetch(path)).body)?.[1] ?? '') as string;
    const sid = sidIn(await said(script));
    const packet = '420["echo","a&b=c d+é"]';
    const body = `d=${encodeURIComponent(`${packet.length}:${packet}`)}`;
    const posted = await play.fetch(`${script}&sid=${sid}`, { method: 'POST', headers: FORM, body });
    expect(posted).toMatchObject({ status: 200 });
    let heard = '';
    while (!heard.includes('430')) heard += await said(`${script}&sid=${sid}`);
    expect(JSON.parse(/430(\[.*?\])/.exec(heard)?.[1] ?? '')).toEqual(['a&b=c d+é']);
  },

  async 'takes bodies of bytes from behind body parsers'(harness: Harness) {
    if (harness.mode !== 'polling') return;
    const play = await harness.open({ bodyParsers: true });
    const poll = '/socket.io/?EIO=3&transport=polling';
    const sid = sidIn((await play.fetch(poll)).body);
    const session = `${poll}&sid=${sid}`;
    const ask = Buffer.concat([
      framed(0, Buffer.from('451-0["echo",{"_placeholder":true,"num":0}]')),
      framed(1, Buffer.of(4, 0, 255)),
    ]);
    expect(await play.fetch(session, { method: 'POST', headers: BYTES, body: ask })).toMatchObject({ status: 200 });
    const answers: Buffer[] = [];
    while (!Buffer.concat(answers).includes(Buffer.of(4, 0, 255))) answers.push((await play.fetch(session)).bytes);
    expect(Buffer.concat(answers).toString('latin1')).toContain('461-0[{"_placeholder":true,"num":0}]');
  },
};

function sidIn(handshake: string): string {
  return /"sid":"([^"]+)"/.exec(handshake)?.[1] ?? '';
}

/** A packet of Engine.IO 3's binary payloads: kind, length in decimal digits, 255, and the packet itself. */
function framed(kind: 0 | 1, packet: Buffer): Buffer {
  const digits = [...String(packet.length)].map(Number);
  return Buffer.concat([Buffer.of(kind, ...digits, 255), packet]);
}
