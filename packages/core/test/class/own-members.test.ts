import { Namespace } from '@sio/core';
import { connect, startServer, type Version } from '@sio/test-kit';
import { describe, expect, test } from 'vitest';

const VERSIONS: Version[] = ['4.8.4', '2.5.0', '0.9.17'];

/** Names that the server's own members have had. */
const HELPERS = [
  '_abandon',
  '_abandonRequested',
  '_ackFunction',
  '_acknowledge',
  '_beforeConnect',
  '_callListeners',
  '_connect',
  '_connected',
  '_contain',
  '_deliver',
  '_disconnected',
  '_disconnecting',
  '_dispatch',
  '_dropHeld',
  '_endAuth',
  '_ended',
  '_fail',
  '_handle',
  '_onAck',
  '_onClose',
  '_onEvent',
  '_onPacket',
  '_onProtocolError',
  '_report',
  '_sendHeld',
  '_standInLine',
  '_takeAck',
  '_tell',
] as const;
const FIELDS = [
  '_awaitsAcks',
  '_busy',
  '_extras',
  '_isBusy',
  '_joining',
  '_lazy',
  '_lazyState',
  '_methods',
  '_more',
  '_state',
  '_ticket',
] as const;

/** A class with a helper, or a field, of its own under each of these names. */
function ownMembers(seen: string[]) {
  class Own extends Namespace {
    onConnect() {
      this.join('room');
    }

    onSay(text: string) {
      return `said ${text}`;
    }

    onFail() {
      throw new Error('failed');
    }

    async onSlow(text: string) {
      await Promise.resolve();
      return text;
    }

    onMembers() {
      const self = this as unknown as Record<string, unknown>;
      return [HELPERS.map((name) => (self[name] as () => string)()), FIELDS.map((name) => self[name])];
    }
  }
  for (const name of HELPERS) {
    const value = () => {
      seen.push(name);
      return `my ${name}`;
    };
    Object.defineProperty(Own.prototype, name, { value });
  }
  return class extends Own {
    constructor() {
      super();
      for (const name of FIELDS) Object.defineProperty(this, name, { value: `my ${name}`, writable: true });
    }
  };
}

describe.each(VERSIONS)(
  'helpers and fields of a class that have names of our own parts, for a client %s,',
  (version) => {
    test('are the class’s own, and the server works without them', async () => {
      const seen: string[] = [];
      const { url, io } = await startServer({
        namespaces: { '/': ownMembers(seen) },
        serial: true,
        errorHandler: () => {},
      });
      const client = connect(version, url, { transports: ['websocket'] });
      await client.next('connect');
      expect(await client.ask('say', 'hello')).toEqual(['said hello']);
      expect(await client.ask('slow', 'later')).toEqual(['later']);
      expect((await client.ask('fail'))[0].error.name).toBe('internal_error');
      const news = client.next('news');
      io.to('room').emit('news', 1);
      expect(await news).toEqual([1]);
      const [socket] = io.sockets.sockets.values();
      const gone = new Promise((resolve) => void socket!.on('disconnect', resolve));
      expect(seen).toEqual([]);
      const mine = (name: string) => `my ${name}`;
      expect(await client.ask('members')).toEqual([[HELPERS.map(mine), FIELDS.map(mine)]]);
      client.disconnect();
      await gone;
      expect(seen).toEqual([...HELPERS]);
    });
  },
);

test('a class may call its events and listeners by those names, too', async () => {
  class Handler extends Namespace {
    onHandle() {
      return this.#handle();
    }

    on_report(text: string) {
      return text;
    }

    #handle() {
      return 'handled';
    }
  }
  const { url } = await startServer({ namespaces: { '/': Handler } });
  const client = connect('4.8.4', url, { transports: ['websocket'] });
  expect([await client.ask('_handle'), await client.ask('report', 'x')]).toEqual([['handled'], ['x']]);
});

test('from Namespace to Object there are four steps', () => {
  let steps = 0;
  for (let at: object = Namespace.prototype; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) steps++;
  expect(steps).toBeLessThanOrEqual(4);
});

test('no member of the base has an underscore, except those of Node’s emitter', () => {
  const names = new Set<string>();
  for (let at: object = Namespace.prototype; at !== Object.prototype; at = Object.getPrototypeOf(at) as object)
    for (const name of Object.getOwnPropertyNames(at)) if (name.startsWith('_')) names.add(name);
  expect([...names].sort()).toEqual(['_events', '_eventsCount', '_maxListeners']);
});
