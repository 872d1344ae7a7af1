import { bystander, closeOf, joinByWebSocket, startEcho } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

async function connected(options = {}) {
  const server = await startEcho(options);
  const other = await bystander(server);
  const [known] = [...server.io.engine.clients.keys()];
  const ws = await joinByWebSocket(server);
  const sid = [...server.io.engine.clients.keys()].find((id) => id !== known)!;
  return { server, other, ws, sid };
}

describe('Socket.IO 5', () => {
  it('connects to a namespace, and acknowledges events by their id', async () => {
    const { server, ws } = await connected();
    server.io.of('/admin').on('connection', (socket) => {
      socket.on('add', (a: number, b: number, ack: (sum: number) => void) => ack(a + b));
    });
    expect(await ws.send('40/admin,').next()).toMatch(/^40\/admin,\{"sid":"[\w-]{20}"\}$/);
    expect(await ws.send('42/admin,0["add",1,2]').next()).toBe('43/admin,0[3]');
    expect(await ws.send('42/admin,7["add",1,2]').next()).toBe('43/admin,7[3]');
  });

  it('acknowledges with binary', async () => {
    const { server, ws } = await connected();
    const [socket] = [...server.io.sockets.sockets.values()].slice(-1);
    socket?.on('bytes', (ack: (data: Buffer) => void) => ack(Buffer.of(1, 2)));
    ws.send('4212["bytes"]');
    expect(await ws.frames.take(2)).toEqual(['461-12[{"_placeholder":true,"num":0}]', Buffer.of(1, 2)]);
  });

  it('reports an unknown namespace, and stays connected', async () => {
    const { ws } = await connected();
    expect(await ws.send('40/nope,').next()).toBe('44/nope,{"message":"Invalid namespace"}');
    expect(await ws.send('42["echo",1]').next()).toBe('42["echo",1]');
  });

  it('reports why a middleware refuses, with data', async () => {
    const { server, ws } = await connected();
    server.io.of('/closed').use((_socket, next) => next(Object.assign(new Error('not you'), { data: { code: 7 } })));
    expect(await ws.send('40/closed,').next()).toBe('44/closed,{"message":"not you","data":{"code":7}}');
  });

  it('leaves a namespace without leaving the others', async () => {
    const { server, ws } = await connected();
    server.io.of('/admin');
    await ws.send('40/admin,').next();
    const gone = new Promise((resolve) => {
      for (const socket of server.io.of('/admin').sockets.values()) socket.on('disconnect', resolve);
    });
    ws.send('41/admin,');
    expect(await gone).toBe('client namespace disconnect');
    expect(await ws.send('42["echo",1]').next()).toBe('42["echo",1]');
  });

  it('is disconnected with a packet, and from everything with the connection', async () => {
    const { server, ws } = await connected();
    server.io.of('/admin');
    await ws.send('40/admin,').next();
    server.io.of('/admin').disconnectSockets();
    expect(await ws.next()).toBe('41/admin,');
    const socket = [...server.io.sockets.sockets.values()].at(-1);
    socket?.disconnect(true);
    expect(await ws.next()).toBe('41');
    expect(await ws.closed()).toBe(1005);
  });

  it('ignores an acknowledgement that was not asked for', async () => {
    const { ws } = await connected();
    ws.send('43123["surprise"]');
    expect(await ws.send('42["echo",1]').next()).toBe('42["echo",1]');
  });

  it('accepts event names that are numbers', async () => {
    const { server, ws } = await connected();
    const heard = new Promise(
      (resolve) => void [...server.io.sockets.sockets.values()].at(-1)?.onAny((...all) => resolve(all)),
    );
    ws.send('42[7,"seven"]');
    expect(await heard).toEqual([7, 'seven']);
  });

  it('treats a packet with zero attachments as complete', async () => {
    const { ws } = await connected();
    expect(await ws.send('450-["echo",1]').next()).toBe('42["echo",1]');
    expect(await ws.send('42["echo",2]').next()).toBe('42["echo",2]');
  });
});

describe('a client that breaks the protocol is cut off, and no other client notices', () => {
  it.each([
    ['a packet type that does not exist', ['49["echo"]']],
    ['an Engine.IO type that does not exist', ['9']],
    ['no JSON', ['42["echo"']],
    ['JSON that is not an array', ['42{"echo":1}']],
    ['an event without a name', ['42[]']],
    ['an event name that is an object', ['42[{"toString":1},1]']],
    ['an event name that is an array', ['42[["echo"],1]']],
    ['an event name that is null', ['42[null]']],
    ['a reserved event name: connect', ['42["connect"]']],
    ['a reserved event name: disconnect', ['42["disconnect","forged"]']],
    ['a reserved event name: disconnecting', ['42["disconnecting"]']],
    ['a reserved event name: connect_error', ['42["connect_error"]']],
    ['a reserved event name: newListener', ['42["newListener"]']],
    ['a reserved event name: removeListener', ['42["removeListener"]']],
    ['an acknowledgement that is not an array', ['431{"a":1}']],
    ['a CONNECT with an array', ['40/x,[]']],
    ['a CONNECT with a text', ['40/x,"token"']],
    ['a DISCONNECT with data', ['41[1]']],
    ['a second CONNECT', ['40']],
    ['a CONNECT_ERROR', ['44{"message":"no"}']],
    ['an event for a namespace that it is not in', ['42/other,["echo"]']],
    ['binary that was not announced', [Buffer.of(1, 2, 3)]],
    ['text instead of the announced binary', ['451-["echo",{"_placeholder":true,"num":0}]', '42["echo",1]']],
    ['more attachments than it may', [`4511-["echo"${',{"_placeholder":true,"num":0}'.repeat(11)}]`]],
    ['a huge number of attachments', ['45999999999999999999-["echo"]']],
    ['a negative number of attachments', ['45-1-["echo"]']],
    ['attachments that are no number', ['45x-["echo"]']],
    ['a placeholder without a number', ['451-["echo",{"_placeholder":true}]', Buffer.of(1)]],
    ['a placeholder beyond the attachments', ['451-["echo",{"_placeholder":true,"num":1}]', Buffer.of(1)]],
    ['a placeholder below zero', ['451-["echo",{"_placeholder":true,"num":-1}]', Buffer.of(1)]],
    ['a placeholder that is not an index', ['451-["echo",{"_placeholder":true,"num":"length"}]', Buffer.of(1)]],
    ['an argument that is nested too deep', [`42["echo",${'['.repeat(2000)}${']'.repeat(2000)}]`]],
    ['a placeholder for a prototype', ['451-["echo",{"_placeholder":true,"num":"__proto__"}]', Buffer.of(1)]],
  ])('%s', async (_what, frames) => {
    const { server, other, ws, sid } = await connected();
    const closed = closeOf(server, sid);
    ws.send(...frames);
    await closed;
    await ws.closed();
    await other.noticesNothing();
    expect(server.io.engine.clientsCount).toBe(1);
  });
});

describe('values that only look dangerous', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'emit', 'onAny', '_onClose'])(
    'an event called %s reaches nothing',
    async (name) => {
      const { other, ws } = await connected();
      ws.send(`42${JSON.stringify([name, { a: 1 }])}`);
      expect(await ws.send('42["echo",1]').next()).toBe('42["echo",1]');
      await other.noticesNothing();
    },
  );

  it('a payload with __proto__ pollutes nothing', async () => {
    const { ws } = await connected();
    const payload = '42["echo",{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}]';
    expect(await ws.send(payload).next()).toBe(payload);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('a namespace called __proto__ is an unknown one', async () => {
    const { ws } = await connected();
    expect(await ws.send('40/__proto__,').next()).toBe('44/__proto__,{"message":"Invalid namespace"}');
  });

  it('an argument at the maximum depth comes back', async () => {
    const { ws } = await connected();
    const deep = `42["echo",${'['.repeat(999)}${']'.repeat(999)}]`;
    expect(await ws.send(deep).next()).toBe(deep);
  });
});
