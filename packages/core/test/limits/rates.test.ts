import { type DisconnectDetails, Namespace, type ServerOptions, type Socket } from '@sio/core';
import { connect, joinByWebSocket, startEcho, startServer, type Version } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../src/internal/token-bucket.js';
import { networkOf } from '../../src/virtual-socket/unjoined-connections.js';

const VERSIONS: readonly Version[] = ['4.8.4', '2.5.0', '0.9.17'];
/** A rate too slow to refill while a test lasts. */
const SLOW = 0.001;

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }

  onUpload() {
    return 'stored';
  }
}

async function limitedServer(rateLimits: ServerOptions['rateLimits'], NamespaceClass: typeof Echo = Echo) {
  const reasons: [string, DisconnectDetails][] = [];
  const server = await startServer({ namespaces: { '/': NamespaceClass }, rateLimits: rateLimits! });
  server.io.on('connection', (socket: Socket) => {
    socket.on('disconnect', (reason, _description, details) => reasons.push([reason, details]));
  });
  return { server, reasons };
}

async function joined(version: Version, url: string) {
  const client = connect(version, url, { transports: ['websocket'] });
  await client.next('connect');
  return client;
}

describe.each(VERSIONS)('a client %s', (version) => {
  it('that is too fast is told when to try again, and is disconnected if it goes on', async () => {
    const { server, reasons } = await limitedServer({ connection: { burst: 5, perSecond: SLOW }, closeAfter: 3 });
    const client = await joined(version, server.url);
    for (let n = 0; n < 5; n++) expect(await client.ask('echo', n)).toEqual([n]);
    const [refusal] = await client.ask('echo', 5);
    expect(refusal.error).toMatchObject({ name: 'rate_limited', message: 'Too many events' });
    expect(refusal.error.retryAfter).toBeGreaterThan(900_000);
    const told = client.next('error');
    client.emit('echo', 6);
    expect((await told).slice(0, 1)).toEqual(['rate_limited']);
    const gone = client.next('disconnect');
    client.emit('echo', 7);
    client.emit('echo', 8);
    await gone;
    expect(reasons).toMatchObject([['rate limited', { code: 'rate_limited', by: 'client' }]]);
  });

  it('can spend its tokens on any events, and an event with a higher cost takes more', async () => {
    const { server } = await limitedServer({
      connection: { burst: 10, perSecond: SLOW },
      events: { upload: { cost: 4 } },
    });
    const client = await joined(version, server.url);
    expect(await client.ask('upload')).toEqual(['stored']);
    expect(await client.ask('upload')).toEqual(['stored']);
    expect((await client.ask('upload'))[0].error.name).toBe('rate_limited');
    expect(await client.ask('echo', 1)).toEqual([1]);
    expect(await client.ask('echo', 2)).toEqual([2]);
    expect((await client.ask('echo', 3))[0].error.name).toBe('rate_limited');
  });

  it('has a rate for single methods of a class, in any spelling, and for each socket', async () => {
    class Limited extends Echo {
      static limits = { upload: { burst: 2, perSecond: SLOW } };
    }
    const { server } = await limitedServer(undefined, Limited);
    const client = await joined(version, server.url);
    expect(await client.ask('upload')).toEqual(['stored']);
    expect(await client.ask('U-p-l-o-a-d')).toEqual(['stored']);
    expect((await client.ask('up_load'))[0].error.name).toBe('rate_limited');
    for (let n = 0; n < 20; n++) expect(await client.ask('echo', n)).toEqual([n]);
    expect(await (await joined(version, server.url)).ask('upload')).toEqual(['stored']);
  });

  it('shares the rate of its address', async () => {
    const { server } = await limitedServer({ address: { burst: 3, perSecond: SLOW } });
    const [one, two] = [await joined(version, server.url), await joined(version, server.url)];
    expect(await one.ask('echo', 1)).toEqual([1]);
    expect(await two.ask('echo', 2)).toEqual([2]);
    expect(await one.ask('echo', 3)).toEqual([3]);
    expect((await two.ask('echo', 4))[0].error.name).toBe('rate_limited');
  });
});

it('a client that tries to join namespaces again and again is disconnected by default', async () => {
  const server = await startEcho({ rateLimits: { joins: { burst: 3, perSecond: SLOW } } });
  const ws = await joinByWebSocket(server);
  const gone = new Promise<unknown[]>((resolve) => {
    for (const socket of server.io.sockets.sockets.values())
      socket.once('disconnect', (reason, _why, { code }) => resolve([reason, code]));
  });
  for (let n = 0; n < 3; n++) expect(await ws.send(`40/no${n},`).next()).toContain('Invalid namespace');
  ws.send('40/no3,');
  expect(await gone).toEqual(['rate limited', 'too_many_joins']);
});

it('a client can join a hundred namespaces at once', async () => {
  const server = await startEcho();
  for (let n = 1; n < 100; n++) server.io.of(`/n${n}`);
  const ws = await joinByWebSocket(server);
  ws.send(...Array.from({ length: 99 }, (_, n) => `40/n${n + 1},`));
  for (let n = 1; n < 100; n++) expect(await ws.next()).toMatch(new RegExp(`^40/n${n},`));
});

it('invalid rates are refused', async () => {
  const wrong = (rateLimits: object) => startServer({ rateLimits: rateLimits as never });
  await expect(wrong({ connection: { burst: 1 } })).rejects.toThrow(
    'option rateLimits.connection must be { burst, perSecond } with both above 0, not { burst: 1, perSecond: undefined }',
  );
  await expect(wrong({ events: { a: { cost: -1 } } })).rejects.toThrow(
    'option rateLimits.events.a.cost must be a number of at least 0, not -1',
  );
  class Wrong extends Echo {
    static limits = { nothing: { burst: 1, perSecond: 1 } };
  }
  await expect(startServer({ namespaces: { '/': Wrong } })).rejects.toThrow('Wrong has no event "nothing"');
});

describe('a token bucket', () => {
  it('gives a burst at once, then what is refilled, and never more than its size', () => {
    const bucket = new TokenBucket();
    const rate = { burst: 3, perSecond: 10 };
    expect([1, 2, 3, 4].map(() => bucket.take(rate, 1, 1000))).toEqual([0, 0, 0, 100]);
    expect(bucket.take(rate, 1, 1100)).toBe(0);
    expect(bucket.take(rate, 1, 1150)).toBe(50);
    expect([1, 2, 3, 4].map(() => bucket.take(rate, 1, 99_000))).toEqual([0, 0, 0, 100]);
    expect(bucket.take(rate, 3, 99_000)).toBe(300);
  });
});

describe('an address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
    ['2001:0db8:0001:0002::9', '2001:db8:1:2::'],
    ['fe80::1%eth0', 'fe80:0:0:0::'],
    ['::1', '0:0:0:0::'],
    [undefined, ''],
  ])('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
