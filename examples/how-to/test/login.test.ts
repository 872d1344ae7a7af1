import jwt from 'jsonwebtoken';
import { io } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { next, open, opened, post, startHowTo } from './support/programs.js';

describe('JSON web tokens', () => {
  it('let a client connect, and disconnect it when they expire unless they are renewed', async () => {
    const { url } = await startHowTo('jwt');
    const fetchToken = async () => {
      const { text } = await post(`${url}/token`, { name: 'ann', password: 'mellon' });
      return (JSON.parse(text) as { token: string }).token;
    };
    const socket = io(`${url}/chat`, {
      // Called at each connect: a token from the time of the first one would have expired.
      auth: async (send) => send({ token: await fetchToken() }),
    });
    await opened(socket);
    expect(await socket.emitWithAck('whoami')).toBe('ann');

    // Well before the token expires:
    const { expiresAt } = await socket.emitWithAck('authenticate', { token: await fetchToken() });
    expect(expiresAt).toBeGreaterThan(Date.now() + 14 * 60_000);

    const forged = jwt.sign({ sub: 'ann' }, 'another secret');
    await expect(open(`${url}/chat`, { auth: { token: forged } })).rejects.toThrow(
      'The token is invalid or has expired',
    );
    await expect(open(`${url}/chat`)).rejects.toThrow('The token is invalid or has expired');
  });

  it('end the connection when they expire, and cannot be replaced by those of another user', async () => {
    const { url } = await startHowTo('jwt', { JWT_SECRET: 'known' });
    const sign = (sub: string, expiresIn: number) => jwt.sign({ sub }, 'known', { expiresIn });
    const socket = await open(`${url}/chat`, { auth: { token: sign('ann', 900) } });
    const refusal = await socket.emitWithAck('authenticate', { token: sign('bob', 900) });
    expect(refusal).toMatchObject({ error: {} });
    const told = next(socket, 'error');
    const gone = next(socket, 'disconnect');
    expect(await socket.emitWithAck('authenticate', { token: sign('ann', 2) })).toEqual({
      expiresAt: expect.any(Number),
    });
    expect((await told)[0]).toBe('auth_expired');
    expect((await gone)[0]).toBe('io server disconnect');
  });
});

describe('Passport', () => {
  it('provides the user of a socket, and its logout disconnects the socket', async () => {
    const { url } = await startHowTo('passport');
    await expect(open(`${url}/chat`)).rejects.toThrow('websocket error');
    const { cookie } = await post(`${url}/login`, { username: 'ann', password: 'mellon' });
    const socket = await open(`${url}/chat`, { extraHeaders: { cookie } });
    expect(await socket.emitWithAck('whoami')).toBe('ann');
    const gone = next(socket, 'disconnect');
    expect((await post(`${url}/logout`, {}, cookie)).status).toBe(204);
    expect((await gone)[0]).toBe('io server disconnect');
  });
});

describe('a session', () => {
  it('is the same for HTTP and for sockets, and its end disconnects every tab', async () => {
    const { url } = await startHowTo('sessions');
    await expect(open(`${url}/shop`)).rejects.toThrow('Log in first');
    const { cookie } = await post(`${url}/login`, { name: 'Ann', password: 'mellon' });
    const tabs = [];
    for (const transport of ['websocket', 'polling'])
      tabs.push(await open(`${url}/shop`, { transports: [transport], extraHeaders: { cookie } }));
    const [first, second] = tabs;
    expect(await first!.emitWithAck('add', 'tea')).toBe(1);
    expect(await second!.emitWithAck('add', 'cake')).toBe(2);
    const cart = await fetch(`${url}/cart`, { headers: { cookie } });
    expect(await cart.json()).toEqual(['tea', 'cake']);
    const gone = Promise.all(tabs.map((tab) => next(tab, 'disconnect')));
    await post(`${url}/logout`, {}, cookie);
    expect((await gone).map(([reason]) => reason)).toEqual(['io server disconnect', 'io server disconnect']);
  });
});

describe('a room for each user', () => {
  it('reaches all tabs of a user, and no other user, from sockets and from routes', async () => {
    const { url } = await startHowTo('user-room');
    const login = async (user: string) => ({
      cookie: (await post(`${url}/login`, { user, password: 'mellon' })).cookie,
    });
    const ann = await login('ann');
    const [tab, phone] = [
      await open(`${url}/inbox`, { extraHeaders: ann }),
      await open(`${url}/inbox`, { extraHeaders: ann }),
    ];
    const bob = await open(`${url}/inbox`, { extraHeaders: await login('bob') });

    const both = Promise.all([next(tab, 'mail'), next(phone, 'mail')]);
    bob.emit('mail', 'ann', 'Lunch?');
    expect(await both).toEqual([
      ['bob', 'Lunch?'],
      ['bob', 'Lunch?'],
    ]);

    const elsewhere = next(phone, 'read');
    tab.emit('read', 7);
    expect(await elsewhere).toEqual([7]);

    expect((await post(`${url}/ban/ann`, {}, ann.cookie)).status).toBe(403);
    const { cookie: staff } = await login('admin');
    const invoice = next(tab, 'mail');
    await post(`${url}/invoices/ann`, {}, staff);
    expect(await invoice).toEqual(['accounting', 'There is a new invoice']);

    const gone = Promise.all([next(tab, 'disconnect'), next(phone, 'disconnect')]);
    await post(`${url}/ban/ann`, {}, staff);
    await gone;
    expect(bob.connected).toBe(true);
  });
});
