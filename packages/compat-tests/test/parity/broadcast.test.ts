import type { Socket } from 'socket.io';
import type { Socket as ClientSocket } from 'socket.io-client';
import { expect, it } from 'vitest';
import { harness, pair, settled } from '../support/harness.js';
import { type Library, onBoth } from '../support/libraries.js';

interface Person {
  socket: Socket;
  peer: ClientSocket;
  heard: any[][];
}

/** Three clients: ann in `a` and `both`, bob in `b` and `both`, cid in nothing. */
async function people(load: () => Promise<Library>) {
  const { io, url } = await harness(load);
  const all: Person[] = [];
  for (const rooms of [['a', 'both'], ['b', 'both'], []]) {
    const { socket, peer } = await pair(io, url);
    void socket.join(rooms);
    const heard: any[][] = [];
    peer.onAny((...args) => heard.push(args.filter((arg) => typeof arg !== 'function')));
    all.push({ socket, peer, heard });
  }
  const heard = async () => {
    for (const { socket, peer } of all) await settled(socket, peer);
    return all.map((person) =>
      person.heard
        .filter(([event]) => event !== 'settled?')
        .map(([event]) => event)
        .join(' '),
    );
  };
  const [ann, bob, cid] = all as [Person, Person, Person];
  return { io, ann, bob, cid, heard };
}

onBoth('broadcasts', (load) => {
  it('reach each socket in the rooms once', async () => {
    const { io, ann, heard } = await people(load);
    io.emit('all');
    io.to('a').emit('a');
    io.to(['a', 'b']).emit('list');
    io.to('a').in('b').to('both').emit('union');
    io.except('a').emit('except');
    io.to('both').except('a').emit('both-a');
    io.to(ann.socket.id).emit('ann');
    io.to('empty room').emit('lost');
    expect(await heard()).toEqual(['all a list union ann', 'all list union except both-a', 'all except']);
  });

  it('leave out the socket that sends them', async () => {
    const { ann, bob, heard } = await people(load);
    ann.socket.broadcast.emit('all');
    ann.socket.to('both').emit('both');
    ann.socket.in(['a', 'b']).emit('ab');
    ann.socket.except('b').emit('except');
    ann.socket.to(ann.socket.id).emit('me');
    bob.socket.broadcast.to('a').emit('toA');
    ann.socket.local.emit('local');
    expect(await heard()).toEqual(['toA', 'all both ab local', 'all except local']);
  });

  it('are made by immutable operators', async () => {
    const { io, heard } = await people(load);
    const operator = io.to('a');
    operator.to('b').except('both').emit('changed');
    operator.compress(false).volatile.local.timeout(10);
    operator.emit('a');
    expect(await heard()).toEqual(['a', '', '']);
  });

  it('carry binary', async () => {
    const { io, ann, heard } = await people(load);
    io.emit('file', Buffer.of(1), { deep: Buffer.of(2) });
    await heard();
    expect(ann.heard[0]).toEqual(['file', Buffer.of(1), { deep: Buffer.of(2) }]);
  });

  it('collect the first value of every acknowledgement', async () => {
    const { io, ann, bob, cid } = await people(load);
    for (const [index, { peer }] of [ann, bob, cid].entries()) {
      peer.on('ask', (answer: (...args: unknown[]) => void) => answer(index, 'more'));
    }
    expect((await io.timeout(30_000).emitWithAck('ask')).sort()).toEqual([0, 1, 2]);
    const collected = await new Promise<unknown[]>((resolve) =>
      io
        .to('both')
        .timeout(30_000)
        .emit('ask', (...args: unknown[]) => resolve(args)),
    );
    expect([collected[0], (collected[1] as number[]).sort()]).toEqual([null, [0, 1]]);
    expect(await ann.socket.to('b').timeout(30_000).emitWithAck('ask')).toEqual([1]);
    expect(await io.to('empty room').timeout(30_000).emitWithAck('ask')).toEqual([]);
  });

  it('time out with the answers that have arrived', async () => {
    const { io, ann } = await people(load);
    ann.peer.on('ask', (answer: (...args: unknown[]) => void) => answer('ann'));
    await expect(io.timeout(300).emitWithAck('ask')).rejects.toMatchObject({
      message: 'operation has timed out',
      responses: ['ann'],
    });
    const [error, responses] = await new Promise<any[]>((resolve) =>
      io
        .to('b')
        .timeout(10)
        .emit('ask', (...args: unknown[]) => resolve(args)),
    );
    expect([error.message, responses]).toEqual(['operation has timed out', []]);
  });

  it('time out at once if they ask for acknowledgements without a time limit', async () => {
    const { io } = await people(load);
    const [error, responses] = await new Promise<any[]>((resolve) =>
      (io.to('a') as any).emit('ask', (...args: unknown[]) => resolve(args)),
    );
    expect([error.message, responses]).toEqual(['operation has timed out', []]);
  });

  it('refuse reserved names', async () => {
    const { io, ann } = await people(load);
    expect(() => io.to('a').emit('disconnect')).toThrow('"disconnect" is a reserved event name');
    expect(() => ann.socket.broadcast.emit('connect_error')).toThrow('"connect_error" is a reserved event name');
  });

  it('inherit the flags of the socket', async () => {
    const { ann, heard } = await people(load);
    ann.socket.compress(false).volatile.broadcast.emit('flagged');
    ann.socket.emit('plain');
    expect(await heard()).toEqual(['plain', 'flagged', 'flagged']);
  });
});
