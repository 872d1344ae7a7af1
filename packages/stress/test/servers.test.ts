import type { ServerOptions } from '@sio/core';
import { afterAll, describe, expect, it } from 'vitest';
import { readCorpus } from '../src/fuzz/corpus.js';
import { fuzz } from '../src/fuzz/fuzz.js';
import { recorded } from '../src/fuzz/record.js';
import { APPS, type App } from '../src/fuzz/servers/apps.js';
import { stepsOf } from '../src/fuzz/servers/attack.js';
import { ServerTarget, serverTargets } from '../src/fuzz/targets/servers.js';

const corpus = readCorpus();

/** Those that the long search has tried are recorded with it. */
const ENOUGH = 1500;

describe.each(serverTargets().map((target) => [target.name, target] as const))('%s', (name, target) => {
  afterAll(() => target.close());

  it('survives what earlier searches have sent over TCP and four hundred more inputs, and other clients notice nothing', async () => {
    await fuzz(target, { inputs: 400, seed: 1, corpus: corpus.inputs[name] ?? [] });
  }, 120_000);

  it('has survived a long search, guided by code coverage', () => {
    const { inputs, guided } = recorded()[name] ?? {};
    expect(inputs).toBeGreaterThanOrEqual(ENOUGH);
    expect(guided).toBe(true);
  });
});

const HANDSHAKE = 'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n';
const WEBSOCKET =
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n<wait><frame 81>40<wait>';

describe('a server that does not stand its input is found out', () => {
  const faults: Record<string, readonly [(app: App) => void, string, RegExp]> = {
    'when a request gets no answer': [
      ({ http }) => void http.removeAllListeners('request').on('request', () => {}),
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
      /every request to be answered: GET \//,
    ],
    'when an upgrade gets no answer': [
      ({ http }) => void http.on('upgrade', () => {}),
      WEBSOCKET.replace('/socket.io/', '/elsewhere/').replace('<wait>', ''),
      /every request to be answered: upgrade \/elsewhere/,
    ],
    'when it rejects and nothing handles it': [
      ({ http }) => void http.on('request', () => void Promise.reject(new Error('a stray'))),
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
      /unexpected: Error: a stray/,
    ],
    'when it reports what a client has sent': [
      ({ io }) =>
        void io.engine.on('initial_headers', () => {
          if (io.engine.clientsCount > 6) throw new Error('a report');
        }),
      HANDSHAKE,
      /unexpected: .*a report/s,
    ],
    'when a room is left behind': [
      ({ io }) => void io.on('connection', () => void io.of('/').adapter.addAll('no such id', new Set(['a room']))),
      WEBSOCKET,
      /the counts of before: .*rooms: \d+/,
    ],
    'when somebody else misses a message': [
      ({ io }) =>
        void io.on('connection', (socket) => {
          const [other] = io.of('/').sockets.values();
          if (other === undefined || io.of('/').sockets.size <= 6) return;
          void other.leave('everybody');
          socket.on('disconnect', () => void other.join('everybody'));
        }),
      WEBSOCKET,
      /witnesses to be served: .*heard/,
    ],
    'when somebody else loses the connection': [
      ({ io }) =>
        void io.on('connection', () => {
          if (io.of('/').sockets.size > 6) io.of('/').sockets.values().next().value?.conn.close();
        }),
      WEBSOCKET,
      /the counts of before: connections: 5/,
    ],
  };

  it.each(Object.entries(faults))(
    '%s',
    async (_when, [spoil, input, complaint]) => {
      const makeApp = async (options: ServerOptions) => {
        const app = await APPS['plain Node'](options);
        spoil(app);
        return app;
      };
      const target = new ServerTarget('a server', makeApp, 1500);
      await expect(target.runAll([input])).rejects.toThrow(complaint);
      await target.close();
    },
    60_000,
  );
});

describe('an input', () => {
  const sessions = new Map([['<sid4>', 'abc']] as const);

  it('is bytes, with placeholders for what a client has to compute', () => {
    const input =
      'POST /?sid=<sid4> HTTP/1.1\r\nContent-Length: <len>\r\n\r\nhello<wait><frame 81>hi<bare 02>\xff<end>';
    expect(stepsOf(input, sessions)).toEqual([
      { kind: 'send', bytes: Buffer.from('POST /?sid=abc HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello') },
      { kind: 'wait' },
      { kind: 'send', bytes: Buffer.from('\x81\x82\0\0\0\0hi\x02\x01\xff', 'latin1') },
      { kind: 'end' },
    ]);
  });
});
