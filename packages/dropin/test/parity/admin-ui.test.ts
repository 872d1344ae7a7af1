import { instrument } from '@socket.io/admin-ui';
import { expect, it } from 'vitest';
import { onBoth } from '../support/libraries.js';
import { connected, next, pair, record, stage } from '../support/stage.js';

onBoth('the admin UI of socket.io', (load) => {
  it('watches sockets, rooms and events, and acts on them', async () => {
    const { io, url } = await stage(load, { transports: ['websocket'] });
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
});
