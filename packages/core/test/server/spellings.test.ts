import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type AppGuard, type EventMessage, Namespace, on, type ServerOptions, type Socket } from '@sio/core';
import { startServer, type Version } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';

const VERSIONS: Version[] = ['4.8.4', '2.5.0', '0.9.17'];
/** All of them reach `onDeleteUser`. */
const SPELLINGS = [
  'deleteUser',
  'DeleteUser',
  'delete-user',
  'delete user',
  'DELETE_USER',
  'delete\u200buser',
  ' deleteUser',
  'delete\0user',
  'delete\u00adUser',
];

class Users extends Namespace {
  onDeleteUser() {
    return 'deleted';
  }

  @on('remove')
  onErase() {
    return 'erased';
  }
}

async function visit(options: ServerOptions, version: Version = '4.8.4', NamespaceClass: typeof Users = Users) {
  const server = await startServer({ namespaces: { '/': NamespaceClass }, ...options });
  const client = server.client(version);
  await client.next('connect');
  return { client, io: server.io };
}

const denied = { error: expect.objectContaining({ name: 'method_access_denied' }) };

describe.each(VERSIONS)('a client %s does not get around', (version) => {
  test('a guard by another spelling of an event', async () => {
    const seen: unknown[] = [];
    const guard: AppGuard = (_socket, attempt) => {
      if (attempt.type === 'connect') return true;
      seen.push([attempt.event, attempt.method]);
      return attempt.event !== 'deleteUser';
    };
    const { client } = await visit({ guards: [guard] }, version);
    for (const spelling of SPELLINGS) expect(await client.ask(spelling)).toEqual([denied]);
    expect(seen).toEqual(SPELLINGS.map(() => ['deleteUser', 'onDeleteUser']));
  });

  test('a guard by method, under any name of the method', async () => {
    const guard: AppGuard = (_socket, attempt) => attempt.type === 'connect' || attempt.method !== 'onErase';
    const { client } = await visit({ guards: [guard] }, version);
    for (const name of ['remove', 'erase', 'ERASE']) expect(await client.ask(name)).toEqual([denied]);
    expect(await client.ask('delete-user')).toEqual(['deleted']);
  });

  test('a middleware of the socket, or a catch-all listener', async () => {
    const seen: string[] = [];
    class Watched extends Users {
      onReady() {
        this.onAny((event) => void seen.push(`any ${event}`));
        this.use(([event], next) => {
          seen.push(`use ${event}`);
          next();
        });
      }
    }
    const { client } = await visit({}, version, Watched);
    for (const spelling of SPELLINGS) expect(await client.ask(spelling)).toEqual(['deleted']);
    expect(new Set(seen)).toEqual(new Set(['any deleteUser', 'use deleteUser']));
  });

  test.each(['deleteUser', 'delete_user', 'DELETE USER'])('a rate for %s', async (event) => {
    const events = { [event]: { burst: 2, perSecond: 0.001 } };
    const { client } = await visit({ rateLimits: { events } }, version);
    const limited = { error: expect.objectContaining({ name: 'rate_limited' }) };
    expect(await client.ask('delete-user')).toEqual(['deleted']);
    expect(await client.ask('deleteUser')).toEqual(['deleted']);
    for (const spelling of SPELLINGS) expect(await client.ask(spelling)).toEqual([limited]);
  });

  test('a rate for one name of a method by its other name', async () => {
    const { client } = await visit({ rateLimits: { events: { remove: { burst: 1, perSecond: 0.001 } } } }, version);
    expect(await client.ask('remove')).toEqual(['erased']);
    expect((await client.ask('erase'))[0].error.name).toBe('rate_limited');
  });

  test('an ACL', async () => {
    class Closed extends Users {
      static acl = ['remove'];
    }
    const { client } = await visit({}, version, Closed);
    for (const spelling of SPELLINGS) expect(await client.ask(spelling)).toEqual([denied]);
  });

  test('an override of dispatch()', async () => {
    const seen = new Set<string>();
    class Traced extends Users {
      override dispatch(event: string, _args: readonly unknown[], next: () => unknown) {
        seen.add(event);
        return next();
      }
    }
    const { client } = await visit({}, version, Traced);
    for (const spelling of SPELLINGS) await client.ask(spelling);
    expect([...seen]).toEqual(['deleteUser']);
  });

  test('the names in diagnostics', async () => {
    const seen = new Set<string>();
    const note = (message: unknown) => void seen.add((message as EventMessage).event);
    subscribe('sio:event', note);
    onTestFinished(() => void unsubscribe('sio:event', note));
    const { client } = await visit({}, version);
    for (const spelling of SPELLINGS) await client.ask(spelling);
    expect([...seen]).toEqual(['deleteUser']);
  });

  test('the renewal of its credentials', async () => {
    let called = 0;
    class Named extends Users {
      onAuthenticate() {
        called++;
      }
    }
    const auth = { check: (_socket: unknown, _auth: unknown, occasion: string) => occasion === 'connect' };
    const { client } = await visit({ auth }, version, Named);
    for (const name of ['authenticate', 'Authenticate', 'AUTHENTICATE'])
      expect((await client.ask(name))[0].error.name).toBe('auth_refused');
    expect(called).toBe(0);
  });
});

test('a listener of the exact name takes precedence over the method, under its own name', async () => {
  const seen: unknown[] = [];
  const guard: AppGuard = (_socket, attempt) => {
    if (attempt.type === 'event') seen.push([attempt.event, attempt.method]);
    return true;
  };
  const { client, io } = await visit({ guards: [guard] });
  const [socket] = io.sockets.sockets.values() as Iterable<Socket>;
  socket!.on('DELETE', (done: (answer: string) => void) => done('by a listener'));
  socket!.on('delete-user', (done: (answer: string) => void) => done('by a listener'));
  expect(await client.ask('delete-user')).toEqual(['by a listener']);
  expect(await client.ask('DELETE')).toEqual(['by a listener']);
  expect(await client.ask('delete_user')).toEqual(['deleted']);
  expect(seen).toEqual([
    ['delete-user', undefined],
    ['DELETE', undefined],
    ['deleteUser', 'onDeleteUser'],
  ]);
});

test('a name that no method has is passed on as the client sends it', async () => {
  const seen: unknown[] = [];
  class Open extends Namespace {
    onUnhandled(event: string) {
      return event;
    }
  }
  const guard: AppGuard = (_socket, attempt) => {
    if (attempt.type === 'event') seen.push(attempt.event);
    return true;
  };
  const { client } = await visit({ guards: [guard] }, '4.8.4', Open as never);
  expect(await client.ask(' Any-Thing')).toEqual([' Any-Thing']);
  expect(seen).toEqual([' Any-Thing']);
});
