import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type DiagnosticMessages, Namespace } from '@sio/core';
import { connect, startServer, type Version } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';

/** Everything that is published on a channel, without what is not data. */
function watch<Name extends keyof DiagnosticMessages>(name: Name): Record<string, unknown>[] {
  const seen: Record<string, unknown>[] = [];
  const listener = (message: unknown) => {
    const { socket, req, ...rest } = message as Record<string, unknown>;
    seen.push(rest);
  };
  subscribe(name, listener);
  onTestFinished(() => void unsubscribe(name, listener));
  return seen;
}

class Chat extends Namespace {
  onConnect({ name }: { name?: string }) {
    if (name === 'mallory') return false;
    this.join('lobby');
    return true;
  }

  onSay(text: string) {
    this.nsp.to('lobby').emit('said', text);
    return 'ok';
  }

  async onAsk() {
    return this.timeout(30_000).emitWithAck('question', 1);
  }

  onBroken() {
    throw new Error('secret');
  }
}

const WHERE = {
  '4.8.4': { namespace: '/chat', transport: 'websocket', generation: 'eio4' },
  '2.5.0': { namespace: '/chat', transport: 'websocket', generation: 'eio3' },
  '0.9.17': { namespace: '/chat', transport: 'websocket', generation: '0.9' },
} as const;

describe.each(Object.keys(WHERE) as (keyof typeof WHERE & Version)[])(
  'diagnostics channels, a client %s',
  (version) => {
    const where = WHERE[version];

    async function joined() {
      const server = await startServer({ namespaces: { '/chat': Chat }, errorHandler: () => {} });
      const client = connect(version, `${server.url}/chat`, { transports: ['websocket'] });
      await client.next('connect');
      return { ...server, client };
    }

    test('report a client that comes and goes', async () => {
      const [came, went] = [watch('sio:connection'), watch('sio:disconnection')];
      const { client, io } = await joined();
      // Older clients join the main namespace on the way.
      expect(came.filter(({ namespace }) => namespace === '/chat')).toEqual([where]);
      const [socket] = io.of('/chat').sockets.values();
      const gone = new Promise((resolve) => socket?.on('disconnect', resolve));
      client.disconnect();
      const reason = await gone;
      expect(went.filter(({ namespace }) => namespace === '/chat')).toEqual([{ ...where, reason }]);
    });

    test('report events in and out, and acknowledgements both ways', async () => {
      const [events, emits, acks] = [watch('sio:event'), watch('sio:emit'), watch('sio:ack')];
      const { client } = await joined();
      const said = client.next('said');
      expect(await client.ask('say', 'hello')).toEqual(['ok']);
      expect(await said).toEqual(['hello']);
      client.on('question', (n, ack) => ack(n + 1));
      expect(await client.ask('ask')).toEqual([2]);
      expect(events).toEqual([
        { ...where, event: 'say', args: ['hello'], wantsAck: true },
        { ...where, event: 'ask', args: [], wantsAck: true },
      ]);
      expect(emits).toEqual([
        { ...where, event: 'said', args: ['hello'], broadcast: true },
        { ...where, event: 'question', args: [1], id: expect.any(Number), broadcast: false },
      ]);
      expect(acks).toEqual([
        { ...where, direction: 'out', event: 'say', args: ['ok'] },
        { ...where, direction: 'in', event: undefined, args: [2], id: emits[1]?.id },
        { ...where, direction: 'out', event: 'ask', args: [2] },
      ]);
    });

    test('distinguish failures and refusals', async () => {
      const [errors, refusals] = [watch('sio:error'), watch('sio:refusal')];
      const { client } = await joined();
      await client.ask('broken');
      await client.ask('nothing like it');
      expect(errors).toEqual([{ ...where, phase: 'event', event: 'broken', error: new Error('secret') }]);
      expect(refusals).toMatchObject([
        { ...where, type: 'event', event: 'nothing like it', error: { name: 'no_such_method' } },
      ]);
    });
  },
);

describe('diagnostics channels', () => {
  test('report which clients the server refuses, and why', async () => {
    const refusals = watch('sio:refusal');
    const { url } = await startServer({ namespaces: { '/chat': Chat }, allowedOrigins: ['http://friend.example'] });
    const websocket = { transports: ['websocket'] };
    await connect('4.8.4', `${url}/chat`, { ...websocket, auth: { name: 'mallory' } }).next('connect_error');
    await connect('4.8.4', `${url}/nowhere`, websocket).next('connect_error');
    const foreign = { origin: 'http://foe.example' };
    expect((await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: foreign })).status).toBe(403);
    const { '4.8.4': here } = WHERE;
    expect(refusals).toMatchObject([
      { ...here, type: 'connect', message: 'Connection rejected by server' },
      { ...here, type: 'connect', namespace: '/nowhere', message: 'Invalid namespace' },
      { type: 'handshake', code: 4, context: { origin: 'http://foe.example' } },
    ]);
  });

  test('report the function style, and its acknowledgements', async () => {
    const [events, acks] = [watch('sio:event'), watch('sio:ack')];
    const { io, url } = await startServer();
    io.on('connection', (socket) => socket.on('say', (text, ack) => ack(`said ${text}`)));
    await connect('4.8.4', url, { transports: ['websocket'] }).ask('say', 'hi');
    const place = { namespace: '/', transport: 'websocket', generation: 'eio4' };
    expect(events).toEqual([{ ...place, event: 'say', args: ['hi'], wantsAck: true }]);
    expect(acks).toEqual([{ ...place, direction: 'out', event: 'say', args: ['said hi'] }]);
  });

  test('have the socket that they concern', async () => {
    const ids: string[] = [];
    const listener = (message: unknown) => void ids.push((message as DiagnosticMessages['sio:connection']).socket.id);
    subscribe('sio:connection', listener);
    onTestFinished(() => void unsubscribe('sio:connection', listener));
    const { url } = await startServer();
    const client = connect('4.8.4', url, { transports: ['websocket'] });
    await client.next('connect');
    expect(ids).toEqual([client.raw.id]);
  });
});
