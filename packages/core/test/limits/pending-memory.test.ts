import { Child, fetchAnswer, RawWebSocket } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

/** Events of 1 MB. */
const EVENTS = 600;
/** Just what one message may have. */
const TEXT = 'x'.repeat(990_000);
/** Bytes of memory at the worst moment; what is sent is more than twice as much, or five times. */
const BOUND = 300_000_000;

/** Sends a packet; resolves when the next may be sent. */
type Say = (packet: string) => Promise<unknown>;

async function openWebSocket(url: string): Promise<Say> {
  const { ws } = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`);
  return (packet) => new Promise((resolve) => ws.send(packet, resolve));
}

async function openPolling(url: string): Promise<Say> {
  const base = `${url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await fetchAnswer(base)).body.slice(1));
  const headers = { 'Content-Type': 'text/plain;charset=UTF-8' };
  return (body) => fetchAnswer(`${base}&sid=${sid}`, { method: 'POST', body, headers });
}

/** One client that sends all its events at once. @returns the server's memory at the worst moment. */
async function attack(
  place: string,
  open: (url: string) => Promise<Say>,
  namespaces: readonly string[],
  events = EVENTS,
) {
  const server = new Child(new URL('./processes/pending-server.mjs', import.meta.url), [place], {
    execArgv: ['--max-old-space-size=1024'],
  });
  const say = await open(`http://127.0.0.1:${await server.call<number>('start')}`);
  const handled = server.call('handled', events);
  const sent = (async () => {
    for (const nsp of namespaces) await say(`40${nsp},`);
    for (let n = 0; n < events; n++) await say(`42${namespaces[n % namespaces.length]},["work","${TEXT}"]`);
  })();
  await server.call('paused');
  await server.call('open');
  await Promise.all([sent, handled]);
  return server.call<number>('peak');
}

describe('a client that sends events of 1 MB as fast as it can does not fill the memory of the process', () => {
  it('while 1400 of them wait', async () => {
    expect(await attack('door', openWebSocket, ['/a'], 1400)).toBeLessThan(BOUND);
  }, 120_000);

  it.each(['lookup', 'guard', 'serial', 'use'])(
    'while they wait (%s)',
    async (place) => {
      expect(await attack(place, openWebSocket, ['/a'])).toBeLessThan(BOUND);
    },
    120_000,
  );

  it('while they wait to join several namespaces', async () => {
    expect(await attack('door', openWebSocket, ['/a', '/b', '/c'])).toBeLessThan(BOUND);
  }, 120_000);

  it('while they wait over polling', async () => {
    expect(await attack('door', openPolling, ['/a'])).toBeLessThan(BOUND);
  }, 120_000);
});
