import { once } from 'node:events';
import { ConnectionRefused, Namespace } from '@sio/core';
import { collect, connect, startServer, type Version } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

/** Something that is settled from outside. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

const PROTOCOL_VERSIONS: readonly Version[] = ['4.8.4', '2.5.0', '0.9.17'];

describe.each(PROTOCOL_VERSIONS)('while onConnect is still deciding, a client %s', (version) => {
  it('loses no event: all are handled afterwards, in order', async () => {
    const { open, opened } = gate();
    const heard: unknown[] = [];
    class Slow extends Namespace {
      async onConnect() {
        await opened;
        heard.push('connected');
      }

      onReady() {
        heard.push('ready');
      }

      onSay(n: number) {
        heard.push(n);
        return n;
      }
    }
    const { client, io } = await startServer({ namespaces: { '/': Slow } });
    const one = client(version);
    const early = once(io.engine, 'connection');
    const answers = Promise.all([1, 2, 3].map((n) => one.ask('say', n)));
    await early;
    open();
    expect(await answers).toEqual([[1], [2], [3]]);
    expect(heard).toEqual(['connected', 'ready', 1, 2, 3]);
  });
});

describe('onConnect', () => {
  it('can emit events, which the client gets once it is connected, and not if it is refused', async () => {
    class Greeting extends Namespace {
      async onConnect({ welcome }: { welcome?: boolean }) {
        this.emit('hello');
        await null;
        if (!welcome) throw new ConnectionRefused('not today', { retry: false });
      }
    }
    const { client } = await startServer({ namespaces: { '/': Greeting } });
    const order: string[] = [];
    const welcome = client('4.8.4', '', { auth: { welcome: true } });
    welcome.on('connect', () => order.push('connect'));
    welcome.on('hello', () => order.push('hello'));
    await welcome.next('hello');
    expect(order).toEqual(['connect', 'hello']);
    const refused = client('4.8.4');
    const greetings = collect(refused, 'hello');
    const [error] = await refused.next('connect_error');
    expect([error.message, error.data]).toEqual(['not today', { retry: false }]);
    expect(greetings).toEqual([]);
  });

  it('cannot wait for an answer of the client: emitWithAck rejects and says why', async () => {
    const told: string[] = [];
    class Asking extends Namespace {
      async onConnect() {
        await this.emitWithAck('ask').catch((error: Error) => told.push(error.message));
      }
    }
    const { client } = await startServer({ namespaces: { '/': Asking } });
    await client().next('connect');
    expect(told).toEqual(['emitWithAck: the client has not been told yet that it is connected']);
  });

  it('can join rooms, and the client gets no broadcast before it is connected', async () => {
    const { open, opened } = gate();
    const joined = gate();
    class Early extends Namespace {
      async onConnect() {
        this.join('room');
        joined.open();
        await opened;
      }
    }
    const { client, io } = await startServer({ namespaces: { '/': Early } });
    const one = client();
    const heard = collect(one, 'news');
    await joined.opened;
    io.to('room').emit('news', 'early');
    open();
    await one.next('connect');
    const late = one.next('news');
    io.to('room').emit('news', 'late');
    await late;
    expect(heard).toEqual([['late']]);
  });

  it('of a class does not run if the client has left while that of its base was running', async () => {
    const { open, opened } = gate();
    const begun = gate();
    const ran: string[] = [];
    class Base extends Namespace {
      async onConnect() {
        begun.open();
        await opened;
        ran.push('base');
      }
    }
    class Derived extends Base {
      override async onConnect() {
        ran.push('derived');
      }
    }
    const { client, io } = await startServer({ namespaces: { '/': Derived } });
    const one = client();
    await begun.opened;
    const [conn] = [...io.engine.clients.values()];
    const closed = once(conn!, 'close');
    one.disconnect();
    await closed;
    open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(ran).toEqual(['base']);
  });
});

describe('a class', () => {
  it('can handle one event after the other', async () => {
    const trace: string[] = [];
    class Serial extends Namespace {
      static serial = true;
      async onWork(name: string) {
        trace.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        trace.push(`${name} ends`);
      }
    }
    class Parallel extends Serial {
      static override serial = false;
    }
    const { client } = await startServer({ namespaces: { '/': Serial, '/parallel': Parallel } });
    const one = client();
    await Promise.all([one.ask('work', 'a'), one.ask('work', 'b')]);
    expect(trace.splice(0)).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    const other = client('4.8.4', '/parallel');
    await Promise.all([other.ask('work', 'a'), other.ask('work', 'b')]);
    expect(trace.slice(0, 2)).toEqual(['a begins', 'b begins']);
  });

  it('can wrap every call', async () => {
    const log: unknown[] = [];
    class Timed extends Namespace {
      override async dispatch(event: string, args: readonly unknown[], next: () => unknown) {
        log.push(['before', event, ...args]);
        const result = await next();
        log.push(['after', result]);
        return `<${result}>`;
      }

      onGreet(name: string) {
        return `hello ${name}`;
      }
    }
    const { client } = await startServer({ namespaces: { '/': Timed } });
    expect(await client().ask('greet', 'ann')).toEqual(['<hello ann>']);
    expect(log).toEqual([
      ['before', 'greet', 'ann'],
      ['after', 'hello ann'],
    ]);
  });

  it('has tasks that end with the client', async () => {
    const ended = gate();
    class Ticking extends Namespace {
      onReady() {
        this.spawn((signal) => {
          signal.addEventListener('abort', ended.open);
        });
      }
    }
    const { client } = await startServer({ namespaces: { '/': Ticking } });
    const one = client();
    await one.next('connect');
    one.disconnect();
    await ended.opened;
  });

  it('shares values with the other namespaces of its connection, and not with other clients', async () => {
    class Shared extends Namespace {
      onRemember(word: string) {
        this.shared.word = word;
        this.data = { word };
      }

      onRecall() {
        return [this.shared.word, (this.data as { word?: string }).word];
      }
    }
    const { url } = await startServer({ namespaces: { '/': Shared, '/other': Shared } });
    const { Manager } = await import('socket.io-client');
    const manager = new Manager(url, { transports: ['websocket'] });
    const [one, other] = [manager.socket('/'), manager.socket('/other')];
    await one.emitWithAck('remember', 'umbrella');
    expect(await one.emitWithAck('recall')).toEqual(['umbrella', 'umbrella']);
    expect(await other.emitWithAck('recall')).toEqual(['umbrella', null]);
    one.disconnect();
    other.disconnect();
    const stranger = connect('4.8.4', url, { transports: ['websocket'] });
    expect(await stranger.ask('recall')).toEqual([[null, null]]);
  });

  it('disconnects a client that joins no namespace in connectTimeout', async () => {
    const { io, url } = await startServer({ namespaces: { '/': Namespace }, connectTimeout: 20 });
    const opened = once(io.engine, 'connection');
    const { WebSocket } = await import('ws');
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    await opened;
    await once(ws, 'close');
    expect(io.engine.clientsCount).toBe(0);
  });
});
