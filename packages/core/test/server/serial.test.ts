import { once } from 'node:events';
import { Namespace, type Socket } from '@sio/core';
import { connect, startServer, type Version } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const PROTOCOL_VERSIONS: Version[] = ['4.8.4', '2.5.0', '0.9.17'];
const websocket = { transports: ['websocket'] };

const soon = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** Kept once so many events have come, handled or not. */
function arrivals(socket: Pick<Socket, 'onAny'>, count: number): Promise<void> {
  let seen = 0;
  return new Promise((resolve) => {
    socket.onAny(() => {
      if (++seen === count) resolve();
    });
  });
}

/** Notes when each of two events begins and ends; none ends before both have come. */
function noting(socket: Socket, trace: string[]): void {
  const both = arrivals(socket, 2);
  socket.on('work', async (name: string, done: () => void) => {
    trace.push(`${name} begins`);
    await both;
    await soon();
    trace.push(`${name} ends`);
    done();
  });
}

const IN_TURN = ['a begins', 'a ends', 'b begins', 'b ends'];

describe.each(PROTOCOL_VERSIONS)('with the option serial, for a client %s,', (version) => {
  it('an event waits until the promise of the previous event’s listener is settled', async () => {
    const trace: string[] = [];
    const { url } = await startServer({ serial: true, onConnection: (socket) => noting(socket, trace) });
    const client = connect(version, url, websocket);
    await Promise.all([client.ask('work', 'a'), client.ask('work', 'b')]);
    expect(trace).toEqual(IN_TURN);
  });

  it('an event waits only because the option is on', async () => {
    const trace: string[] = [];
    const { url } = await startServer({ onConnection: (socket) => noting(socket, trace) });
    const client = connect(version, url, websocket);
    await Promise.all([client.ask('work', 'a'), client.ask('work', 'b')]);
    expect(trace.slice(0, 2)).toEqual(['a begins', 'b begins']);
  });
});

describe('events in line', () => {
  it('wait for all listeners of the previous event, which run at the same time', async () => {
    const trace: string[] = [];
    const { url } = await startServer({
      serial: true,
      onConnection: (socket) => {
        const both = arrivals(socket, 2);
        socket.on('work', async () => {
          trace.push('first begins');
          await both;
          await soon();
          trace.push('first ends');
        });
        socket.on('work', async () => {
          trace.push('second begins');
          await both;
          trace.push('second ends');
        });
        socket.on('rest', (done: () => void) => {
          trace.push('rest');
          done();
        });
      },
    });
    const client = connect('4.8.4', url, websocket);
    client.emit('work');
    await client.ask('rest');
    expect(trace).toEqual(['first begins', 'second begins', 'second ends', 'first ends', 'rest']);
  });

  it('continue after a listener that fails, which is reported', async () => {
    const failures: unknown[] = [];
    const errorHandler = (error: unknown, { phase, event }: { phase: string; event?: string | undefined }) =>
      void failures.push([phase, event, (error as Error).message]);
    const { url } = await startServer({
      serial: true,
      errorHandler,
      onConnection: (socket) => {
        socket.on('fail', async (how: string) => {
          await soon();
          throw new Error(how);
        });
        socket.on('rest', (done: () => void) => done());
      },
    });
    const client = connect('4.8.4', url, websocket);
    client.emit('fail', 'once');
    client.emit('fail', 'twice');
    await client.ask('rest');
    expect(failures).toEqual([
      ['event', 'fail', 'once'],
      ['event', 'fail', 'twice'],
    ]);
  });

  it('wait for events of their own socket only', async () => {
    const { url } = await startServer({
      serial: true,
      onConnection: (socket) => {
        socket.on('hang', () => new Promise(() => {}));
        socket.on('ping', (done: () => void) => done());
      },
    });
    const [stuck, other] = [connect('4.8.4', url, websocket), connect('4.8.4', url, websocket)];
    stuck.emit('hang');
    await other.ask('ping');
  });

  it('are dropped when the client leaves', async () => {
    const trace: string[] = [];
    let release: () => void = () => {};
    const { io, url } = await startServer({
      serial: true,
      onConnection: (socket) => {
        socket.on('work', async (name: string) => {
          trace.push(name);
          socket.emit('begun');
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        });
      },
    });
    const arrived = once(io as never, 'connection') as Promise<[Socket]>;
    const client = connect('4.8.4', url, websocket);
    const [socket] = await arrived;
    const begun = client.next('begun');
    client.emit('work', 'a');
    client.emit('work', 'b');
    await begun;
    const gone = once(socket as never, 'disconnect');
    client.disconnect();
    await gone;
    release();
    await soon();
    expect(trace).toEqual(['a']);
  });

  it('are limited: a client with more than maxPendingEvents waiting events is disconnected', async () => {
    const { io, url } = await startServer({
      serial: true,
      maxPendingEvents: 3,
      onConnection: (socket) => void socket.on('hang', () => new Promise(() => {})),
    });
    const arrived = once(io as never, 'connection') as Promise<[Socket]>;
    const client = connect('4.8.4', url, websocket);
    const [socket] = await arrived;
    const gone = once(socket as never, 'disconnect');
    for (let i = 0; i < 5; i++) client.emit('hang');
    expect((await gone)[2]).toMatchObject({ code: 'too_many_pending_events' });
  });

  it('are handled before a drain ends', async () => {
    let release: () => void = () => {};
    const { io, url } = await startServer({
      serial: true,
      onConnection: (socket) => {
        socket.on('work', async () => {
          socket.emit('begun');
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        });
      },
    });
    const [busy, idle] = [connect('4.8.4', url, websocket), connect('4.8.4', url, websocket)];
    await idle.next('connect');
    const begun = busy.next('begun');
    busy.emit('work');
    await begun;
    const [busyGone, idleGone] = [busy.next('disconnect'), idle.next('disconnect')];
    const drained = io.drain({ deadline: 10_000, jitter: 0 });
    await idleGone;
    expect(io.connectionStats().total).toBe(1);
    release();
    await busyGone;
    expect(await drained).toMatchObject({ cut: 0 });
  });
});

describe('listeners and methods of a class stand in one line', () => {
  class Both extends Namespace {
    static serial = true;
    readonly trace: string[] = [];

    onReady() {
      const both = arrivals(this, 2);
      this.on('listen', async () => {
        this.trace.push('listener begins');
        await both;
        await soon();
        this.trace.push('listener ends');
      });
    }

    onWork() {
      this.trace.push('method');
      return this.trace;
    }
  }

  it.each(PROTOCOL_VERSIONS)('for a client %s', async (version) => {
    const { url } = await startServer({ namespaces: { '/': Both } });
    const client = connect(version, url, websocket);
    client.emit('listen');
    expect(await client.ask('work')).toEqual([['listener begins', 'listener ends', 'method']]);
  });
});
