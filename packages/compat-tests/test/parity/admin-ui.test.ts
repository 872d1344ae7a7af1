import { instrument } from '@socket.io/admin-ui';
import { expect, it } from 'vitest';
import { client, connected, harness, next, pair, record } from '../support/harness.js';
import { onBoth } from '../support/libraries.js';

onBoth('the admin UI of socket.io', (load) => {
  it('watches sockets, rooms and events, and acts on them', async () => {
    const { io, url } = await harness(load, { transports: ['websocket'] });
    instrument(io, { auth: false, mode: 'development', serverId: 'one' });
    const admin = await connected(`${url}/admin`);
    const told = record(
      admin,
      'socket_connected',
      'room_joined',
      'event_received',
      'event_sent',
      'room_left',
      'socket_disconnected',
    );
    const appeared = next(admin, 'socket_connected');
    const { socket, peer } = await pair(io, url, { query: { a: 'b' } });
    expect((await appeared)[0]).toMatchObject({
      id: socket.id,
      transport: 'websocket',
      nsp: '/',
      handshake: { address: '127.0.0.1', query: { a: 'b' }, secure: false, xdomain: false },
      rooms: [socket.id],
    });
    const last = next(admin, 'socket_disconnected');
    socket.join('room');
    peer.emit('hello', 1);
    await next(socket, 'hello');
    socket.emit('bye', 2);
    admin.emit('join', '/', 'sent there', socket.id);
    const gone = next(peer, 'disconnect');
    admin.emit('_disconnect', '/', false, socket.id);
    expect((await gone)[0]).toBe('io server disconnect');
    await last;
    const story = told
      .filter(([, nsp]) => nsp === '/')
      .map(([event, , first, second]) => [event, event.startsWith('event') ? second : first]);
    expect(story).toEqual(
      expect.arrayContaining([
        ['room_joined', 'room'],
        ['event_received', ['hello', 1]],
        ['event_sent', ['bye', 2]],
        ['room_joined', 'sent there'],
        ['room_left', 'room'],
        ['socket_disconnected', socket.id],
      ]),
    );
  });

  it('refuses clients without a password, and lets the others only watch when it is read-only', async () => {
    const { io, url } = await harness(load, { transports: ['websocket'] });
    // The hash of "changeit".
    const password = '$2b$10$heqvAkYMez.Va6Et2uXInOnkCT6/uQj1brkrbyG3LpopDklcq7ZOS';
    instrument(io, { auth: { type: 'basic', username: 'admin', password }, readonly: true, mode: 'development' });
    const stranger = client(`${url}/admin`, { auth: { username: 'admin', password: 'guess' } });
    expect(((await next(stranger, 'connect_error'))[0] as Error).message).toBe('invalid credentials');
    const admin = client(`${url}/admin`, { auth: { username: 'admin', password: 'changeit' } });
    const stats = next(admin, 'server_stats');
    const [{ supportedFeatures }] = (await next(admin, 'config')) as [{ supportedFeatures: string[] }];
    expect(supportedFeatures).not.toContain('DISCONNECT');
    await stats;
    const { socket, peer } = await pair(io, url);
    const [watcher] = [...io.of('/admin').sockets.values()];
    const read = new Promise<void>((resolve) => watcher?.onAny((event) => event === 'join' && resolve()));
    admin.emit('_disconnect', '/', true, socket.id);
    admin.emit('join', '/', 'room', socket.id);
    await read;
    expect([peer.connected, [...socket.rooms]]).toEqual([true, [socket.id]]);
  });
});
