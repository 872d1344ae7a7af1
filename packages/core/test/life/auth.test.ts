import type { AuthOptions, DisconnectDetails, Server, Socket } from '@sio/core';
import { type Client, connect, type Running, startServer, type Version } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

/** How each generation says who it is, and hears that it may not come in. */
const CLIENTS: readonly (readonly [Version, (url: string, token: string) => Client, string])[] = [
  ['4.8.4', (url, token) => connect('4.8.4', url, { transports: ['websocket'], auth: { token } }), 'connect_error'],
  ['2.5.0', (url, token) => connect('2.5.0', url, { transports: ['websocket'], query: { token } }), 'error'],
  ['0.9.17', (url, token) => connect('0.9.17', url, { query: { token } }), 'error'],
];

/** The application's knowledge: banned users, and the expiry of tokens. */
class Application {
  readonly asked: string[] = [];
  readonly banned = new Set<string>();
  validFor = 60_000;
  failing = false;

  readonly check: AuthOptions['check'] = async (socket, auth, occasion) => {
    const token = String((auth as { token?: string }).token ?? socket.handshake.query.token);
    this.asked.push(occasion);
    if (this.failing) throw new Error('the database is away');
    if (this.banned.has(token)) return { message: 'You are banned' };
    if (token === 'wrong') return false;
    return { expiresAt: Date.now() + this.validFor };
  };
}

async function serverWithAuth(application: Application, options: Partial<AuthOptions> = {}) {
  const ends: [string, DisconnectDetails][] = [];
  const failures: unknown[] = [];
  const server = await startServer({
    auth: { check: application.check, ...options },
    errorHandler: (error) => void failures.push((error as Error).message),
    connectionStateRecovery: { skipMiddlewares: true },
  });
  server.io.on('connection', (socket: Socket) => {
    socket.on('disconnect', (reason, _description, details) => ends.push([reason, details]));
    socket.on('echo', (value: unknown, acknowledge: (value: unknown) => void) => acknowledge(value));
  });
  return { server, ends, failures };
}

const socketsOf = ({ io }: Running) => [...(io as Server).sockets.sockets.values()];

describe.each(CLIENTS)('a client %s', (_version, come, refusal) => {
  it('connects with credentials that the application accepts, and not without', async () => {
    const { server } = await serverWithAuth(new Application());
    const client = come(server.url, 'good');
    await client.next('connect');
    expect(socketsOf(server)[0]!.expiresAt!.getTime()).toBeGreaterThan(Date.now());
    await come(server.url, 'wrong').next(refusal);
    expect(socketsOf(server)).toHaveLength(1);
  });

  it('is disconnected when its authentication has expired, and learns why', async () => {
    const application = new Application();
    application.validFor = 1200;
    const { server, ends } = await serverWithAuth(application);
    const client = come(server.url, 'good');
    await client.next('connect');
    const told = client.next('error');
    const gone = client.next('disconnect');
    expect((await told).slice(0, 2)).toEqual(['auth_expired', 'The authentication has expired']);
    await gone;
    expect(ends).toMatchObject([['auth ended', { code: 'auth_expired', by: 'server' }]]);
    expect(socketsOf(server)).toEqual([]);
  });

  it('stays when it renews its credentials in time', async () => {
    const application = new Application();
    application.validFor = 1500;
    const { server, ends } = await serverWithAuth(application);
    const client = come(server.url, 'good');
    await client.next('connect');
    application.validFor = 60_000;
    const [answer] = await client.ask('authenticate', { token: 'better' });
    expect(answer.expiresAt).toBeGreaterThan(Date.now() + 50_000);
    expect(application.asked).toEqual(['connect', 'renew']);
    const [refused] = await client.ask('authenticate', { token: 'wrong' });
    expect(refused.error).toMatchObject({ name: 'auth_refused', message: 'Authentication refused' });
    expect(await client.ask('echo', 1)).toEqual([1]);
    expect(ends).toEqual([]);
  });

  it('cannot have an event handled once its authentication has expired', async () => {
    const server = await startServer();
    const handled: string[] = [];
    server.io.on('connection', (socket: Socket) => {
      socket.on('expire', () => {
        socket.expiresAt = Date.now();
      });
      socket.on('act', () => handled.push('act'));
    });
    const client = come(server.url, 'good');
    await client.next('connect');
    const told = client.next('error');
    const gone = client.next('disconnect');
    client.emit('expire');
    client.emit('act');
    expect((await told).slice(0, 2)).toEqual(['auth_expired', 'The authentication has expired']);
    await gone;
    expect(handled).toEqual([]);
  });

  it('is disconnected by a guard that checks it before each event', async () => {
    const banned = new Set<string>();
    const server = await startServer({
      guards: [
        (socket, attempt) => {
          if (attempt.type === 'connect') return true;
          const token = (socket.handshake.auth as { token?: string }).token ?? String(socket.handshake.query.token);
          if (banned.has(token)) socket.disconnect();
          return !banned.has(token);
        },
      ],
    });
    const handled: string[] = [];
    server.io.on('connection', (socket: Socket) => {
      socket.on('act', (acknowledge) => {
        handled.push('act');
        acknowledge();
      });
    });
    const client = come(server.url, 'good');
    await client.next('connect');
    await client.ask('act');
    banned.add('good');
    const gone = client.next('disconnect');
    client.emit('act', () => {});
    await gone;
    expect(handled).toEqual(['act']);
    expect(socketsOf(server)).toEqual([]);
  });

  it('keeps its renewed credentials although a slower recheck of the old ones fails', async () => {
    const answers: ((decision: boolean) => void)[] = [];
    const asked: unknown[] = [];
    const server = await startServer({
      auth: {
        check: (_socket, auth, occasion) => {
          if (occasion !== 'recheck') return true;
          asked.push(auth);
          return new Promise((resolve) => answers.push(resolve));
        },
        recheckInterval: 1,
      },
    });
    server.io.on('connection', (socket: Socket) => socket.on('echo', (value, acknowledge) => acknowledge(value)));
    const client = come(server.url, 'old');
    await client.next('connect');
    while (answers.length === 0) await client.ask('echo', 1);
    await client.ask('authenticate', { token: 'new' });
    answers[0]?.(false);
    while (answers.length === 1) expect(await client.ask('echo', 2)).toEqual([2]);
    expect(asked[1]).toEqual({ token: 'new' });
    answers[1]?.(true);
  });

  it('is rechecked and disconnected once the check refuses it, but not when the check fails', async () => {
    const application = new Application();
    const { server, ends, failures } = await serverWithAuth(application, { recheckInterval: 100 });
    const client = come(server.url, 'good');
    await client.next('connect');
    application.failing = true;
    while (failures.length === 0) await client.ask('echo', 1);
    expect(failures).toEqual(['the database is away']);
    application.failing = false;
    application.banned.add('good');
    const told = client.next('error');
    const gone = client.next('disconnect');
    expect((await told).slice(0, 2)).toEqual(['auth_revoked', 'You are banned']);
    await gone;
    expect(ends).toMatchObject([['auth ended', { code: 'auth_revoked', by: 'server' }]]);
  });
});

it.each(CLIENTS.slice(0, 2))(
  'a banned client does not come back, even past the middlewares (%s)',
  async (_version, come, refusal) => {
    const application = new Application();
    const { server } = await serverWithAuth(application);
    const client = come(server.url, 'good');
    await client.next('connect');
    const news = client.next('news');
    server.io.emit('news');
    await news;
    const gone = client.next('disconnect');
    client.raw.io.engine.close();
    await gone;
    application.banned.add('good');
    const refused = client.next(refusal);
    client.raw.connect();
    const [why] = await refused;
    // Older clients are told the text alone.
    expect(why.message ?? why).toBe('You are banned');
    expect(application.asked).toEqual(['connect', 'connect']);
  },
);

it('a socket can be given an expiry without a check, and the expiry can be removed', async () => {
  const server = await startServer();
  const ends: string[] = [];
  server.io.on('connection', (socket: Socket) => {
    socket.expiresAt = Date.now() + 1000;
    socket.on('keep', (done: () => void) => {
      socket.expiresAt = undefined;
      done();
    });
    socket.on('disconnect', (reason) => ends.push(reason));
    expect(() => {
      socket.expiresAt = new Date('never');
    }).toThrow('expiresAt must be a date or milliseconds since the epoch, not an object without a valid time');
  });
  const [stays, leaves] = [1, 2].map(() => connect('4.8.4', server.url, { transports: ['websocket'] }));
  await Promise.all([stays!.next('connect'), leaves!.next('connect')]);
  await stays!.ask('keep');
  expect(await leaves!.next('disconnect')).toEqual(['io server disconnect', undefined]);
  expect(ends).toEqual(['auth ended']);
  expect(stays!.raw.connected).toBe(true);
});

it('invalid options are refused', async () => {
  await expect(startServer({ auth: {} as never })).rejects.toThrow(
    expect.objectContaining({ code: 'SIO_OPTION_VALUE', message: expect.stringContaining('option auth.check') }),
  );
  await expect(startServer({ auth: { check: () => true, recheckInterval: -1 } })).rejects.toThrow('recheckInterval');
});
