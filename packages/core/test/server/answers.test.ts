import { acks, ConnectionRefused, Namespace } from '@sio/core';
import { collect, connect, startServer, type Version } from '@sio/test-kit';
import { describe, expect, test } from 'vitest';

const websocket = { transports: ['websocket'] };
const VERSIONS: readonly Version[] = ['4.8.4', '2.5.0', '0.9.17'];

class Answering extends Namespace {
  onNothing() {}

  onNull() {
    return null;
  }

  onOne() {
    return 0;
  }

  async onList() {
    return [1, 2];
  }

  async onSeveral() {
    return acks(1, [2], null);
  }

  onNone() {
    return acks();
  }
}

describe.each(VERSIONS)('the value that a method returns comes to a client %s', (version) => {
  test.each<[string, unknown[]]>([
    ['nothing', []],
    ['null', [null]],
    ['one', [0]],
    ['list', [[1, 2]]],
    ['several', [1, [2], null]],
    ['none', []],
  ])('of %s as %j', async (event, answer) => {
    const { url } = await startServer({ namespaces: { '/': Answering } });
    expect(await connect(version, url, websocket).ask(event)).toEqual(answer);
  });

  test('of no method as a refusal, and as an error event without an acknowledgement', async () => {
    const { url } = await startServer({ namespaces: { '/': Answering }, errorHandler: () => {} });
    const client = connect(version, url, websocket);
    const refusal = { name: 'no_such_method', message: 'The method "sing" was not found' };
    expect(await client.ask('sing')).toEqual([{ error: refusal }]);
    const told = client.next('error');
    client.emit('sing');
    expect(await told).toEqual([refusal.name, refusal.message]);
  });
});

class Silent extends Namespace {
  onUnhandled() {}
}

test('an event without a method gets no answer where onUnhandled says nothing', async () => {
  const { url } = await startServer({ namespaces: { '/': Silent } });
  const client = connect('4.8.4', url, websocket);
  const told = collect(client, 'error');
  client.emit('sing');
  expect(await client.ask('sing')).toEqual([]);
  expect(told).toEqual([]);
});

/** The query of a client says what it does. */
class Doorman extends Namespace {
  static auths: unknown[] = [];

  onConnect(auth: unknown): unknown {
    Doorman.auths.push(auth);
    switch (this.handshake.query.how) {
      case 'false':
        return false;
      case 'bare':
        throw new ConnectionRefused();
      case 'text':
        throw new ConnectionRefused('full');
      case 'data':
        throw new ConnectionRefused('full', { seats: 0 });
      case 'list':
        throw new ConnectionRefused('full', [1, 2]);
      case 'bug':
        throw new Error('a secret');
      default:
        return JSON.parse(String(this.handshake.query.how));
    }
  }
}

describe('onConnect', () => {
  const arrive = (url: string, how: string, auth?: object) =>
    connect('4.8.4', url, { ...websocket, query: { how }, ...(auth && { auth }) });

  test.each<[string, string, unknown]>([
    ['false', 'Connection rejected by server', undefined],
    ['bare', 'Connection rejected by server', undefined],
    ['text', 'full', undefined],
    ['data', 'full', { seats: 0 }],
    ['list', 'full', [1, 2]],
    ['bug', 'Internal error', undefined],
  ])('refuses with %s: the client reads %s and %j', async (how, message, data) => {
    const { url } = await startServer({ namespaces: { '/': Doorman }, errorHandler: () => {} });
    const [error] = await arrive(url, how).next('connect_error');
    expect([error.message, error.data]).toEqual([message, data]);
  });

  test.each(['true', 'null', '0', '""', '[]'])('lets in with %s: only false refuses', async (how) => {
    const { url } = await startServer({ namespaces: { '/': Doorman } });
    await arrive(url, how).next('connect');
  });

  test('gets what the client sends as auth, or an empty object', async () => {
    const { url } = await startServer({ namespaces: { '/': Doorman } });
    Doorman.auths = [];
    await arrive(url, 'true', { token: 1 }).next('connect');
    await arrive(url, 'true').next('connect');
    expect(Doorman.auths).toEqual([{ token: 1 }, {}]);
  });
});

/** Stands for every namespace, and writes down what is done with it. */
class Everywhere extends Namespace {
  static notes: string[] = [];

  #note(what: string) {
    Everywhere.notes.push(`${this.nsp.name} ${what}`);
  }

  onConnect() {
    this.#note('connect');
  }

  onDisconnect() {
    this.#note('disconnect');
  }

  onUnhandled(event: string) {
    this.#note(`event ${event}`);
    return 'everywhere';
  }
}

class Particular extends Namespace {
  onKnown() {
    return 'method';
  }

  onUnhandled() {
    return 'unhandled';
  }
}

describe('an event', () => {
  test('is handled by the first of: listener, method, onUnhandled, of the most specific class', async () => {
    const { io, url } = await startServer({ namespaces: { '/here': Particular, '*': Everywhere } });
    io.of('/here').on('connection', (socket) => {
      socket.on('both', (answer: (by: string) => void) => answer('listener'));
    });
    const ask = async (nsp: string, event: string) => (await connect('4.8.4', url + nsp, websocket).ask(event))[0];
    expect(await ask('/here', 'both')).toBe('listener');
    expect(await ask('/here', 'known')).toBe('method');
    expect(await ask('/here', 'other')).toBe('unhandled');
    expect(await ask('/there', 'known')).toBe('everywhere');
  });

  test('never runs a hook: connects and disconnects reach the hooks of a class for all namespaces, never onUnhandled', async () => {
    const { io, url } = await startServer({ namespaces: { '*': Everywhere } });
    Everywhere.notes = [];
    const client = connect('4.8.4', `${url}/any`, websocket);
    await client.ask('say');
    const [socket] = [...(io._nsps.get('/any')?.sockets.values() ?? [])];
    const gone = new Promise((resolve) => socket?.once('disconnect', resolve));
    client.disconnect();
    await gone;
    expect(Everywhere.notes).toEqual(['/any connect', '/any event say', '/any disconnect']);
  });

  test('reaches dispatch with and without a method; hooks do not', async () => {
    const seen: string[] = [];
    class Own extends Namespace {
      onConnect() {}

      onKnown() {
        return 'method';
      }

      override dispatch(event: string, args: readonly unknown[], next: () => unknown) {
        seen.push(event);
        return event.startsWith('own:') ? args : next();
      }
    }
    const { url } = await startServer({ namespaces: { '/': Own } });
    const client = connect('4.8.4', url, websocket);
    expect(await client.ask('known')).toEqual(['method']);
    expect(await client.ask('own:echo', 1, 2)).toEqual([[1, 2]]);
    expect(seen).toEqual(['known', 'own:echo']);
  });
});

describe.each(VERSIONS)('a method, called by a client %s,', (version) => {
  test('that disconnects its own client sends no answer, and harms no other client', async () => {
    const failures: unknown[] = [];
    const reasons: string[] = [];
    class Leaving extends Namespace {
      onAway() {
        this.disconnect();
        this.disconnect();
        this.emit('late');
        return 'never heard';
      }

      onDisconnect(reason: string) {
        reasons.push(reason);
      }
    }
    const { url } = await startServer({
      namespaces: { '/': Leaving },
      errorHandler: (error) => void failures.push(error),
    });
    const client = connect(version, url, websocket);
    const late = collect(client, 'late');
    const answers: unknown[] = [];
    const gone = client.next('disconnect');
    client.emit('away', (answer: unknown) => answers.push(answer));
    await gone;
    expect([answers, late, failures]).toEqual([[], [], []]);
    expect(reasons).toEqual(['server namespace disconnect']);
  });

  test('whose client leaves while it runs finishes, and its answer is dropped', async () => {
    const failures: unknown[] = [];
    let finish = () => {};
    const may = new Promise<void>((resolve) => {
      finish = resolve;
    });
    class Slow extends Namespace {
      static begun: Promise<Slow>;
      static begin: (self: Slow) => void;

      async onWork() {
        Slow.begin(this);
        await may;
        this.emit('late');
        return 'unheard';
      }
    }
    Slow.begun = new Promise((resolve) => {
      Slow.begin = resolve;
    });
    const { url } = await startServer({
      namespaces: { '/': Slow },
      errorHandler: (error) => void failures.push(error),
    });
    const client = connect(version, url, websocket);
    client.emit('work', () => failures.push('answered'));
    const self = await Slow.begun;
    const gone = new Promise((resolve) => self.once('disconnect', resolve));
    client.disconnect();
    await gone;
    finish();
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).toEqual([]);
  });
});

describe('while a client leaves', () => {
  test('its rooms, data and shared values exist in onDisconnecting, and all but the rooms in onDisconnect', async () => {
    const seen: unknown[] = [];
    let done = () => {};
    const over = new Promise<void>((resolve) => {
      done = resolve;
    });
    class Leaver extends Namespace {
      onConnect() {
        this.join('lobby');
        this.data.name = 'Ann';
        this.shared.visits = 1;
      }

      #look(where: string, reason: string) {
        const member = this.nsp.sockets.has(this.id);
        seen.push([where, reason, this.connected, member, this.rooms.has('lobby'), this.data.name, this.shared.visits]);
      }

      onDisconnecting(reason: string) {
        this.#look('disconnecting', reason);
      }

      onDisconnect(reason: string) {
        this.#look('disconnect', reason);
        done();
      }
    }
    const { url } = await startServer({ namespaces: { '/': Leaver } });
    const client = connect('4.8.4', url, websocket);
    await client.next('connect');
    client.disconnect();
    await over;
    expect(seen).toEqual([
      ['disconnecting', 'client namespace disconnect', true, true, true, 'Ann', 1],
      ['disconnect', 'client namespace disconnect', false, false, false, 'Ann', 1],
    ]);
  });
});
