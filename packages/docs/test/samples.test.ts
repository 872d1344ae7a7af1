// Imports of the samples come before the first of them: on a busy machine they take longer than a test may.
import '@sio/core';
import '@sio/express';
import '@sio/fastify';
import '@sio/hapi';
import '@sio/koa';
import '@sio/testing';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { type Socket as Client, io as connectTo } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { root } from '../src/entries.mjs';
import { essence, marked, sampleFiles, shown } from '../src/samples.mjs';

describe('every sample of code in a document', () => {
  const running = new Set(marked.map(essence));

  it.each(shown.map((sample) => [sample.from, sample] as const))('%s is part of a file that runs', (_from, sample) => {
    const { code, file } = sample;
    if (file === undefined) expect(running.has(essence(sample)), code).toBe(true);
    else {
      const [imports, text] = parted(readFileSync(root + file, 'utf8'));
      const [needed, shownLines] = parted(code);
      expect(imports).toEqual(expect.arrayContaining(needed));
      expect(text).toContain(shownLines);
    }
  });

  it('is shown, and no marked region is left out', () => {
    const seen = new Set(shown.map(essence));
    expect(marked.filter((sample) => !seen.has(essence(sample)))).toEqual([]);
  });
});

/** The imports of a module, each name with the module that has it, and its other lines as they are. */
function parted(code: string): [imports: string[], lines: string] {
  const imports: string[] = [];
  const rest = code.replace(/^import (?:type )?([^';]+) from ('.+');$/gm, (_, names: string, from: string) => {
    const each = names.split(/[{},]/).map((name) => name.replace(/^\s*type\b/, '').trim());
    imports.push(...each.filter(Boolean).map((name) => `${name} from ${from}`));
    return '';
  });
  const lines = rest.split('\n').map((line) => line.trim());
  return [imports, lines.filter(Boolean).join('\n')];
}

/** How a user tries each sample, and what the user sees. */
const PLAYS: Readonly<Record<string, (connect: (namespace?: string) => Promise<Client>) => Promise<unknown>>> = {
  'core-class': async (connect) => {
    const [ann, bob] = [await connect('/chat'), await connect('/chat')];
    const heard = once(bob as never, 'say');
    expect(await ann.emitWithAck('say', 'hi')).toEqual({ delivered: true });
    expect(await heard).toEqual(['hi']);
  },
  'core-functions': async (connect) => expect(await (await connect()).emitWithAck('say', 'hi')).toBe('heard hi'),
  'core-guards': async (connect) => {
    const ann = await connect('/chat');
    expect(await ann.emitWithAck('say')).toMatchObject({ error: { name: 'method_access_denied' } });
  },
  'docstrings-core': async (connect) => {
    const ann = await connect('/chat');
    expect(await ann.emitWithAck('like')).toBe(1);
    expect(await ann.emitWithAck('chat', 'hi')).toEqual({ length: 2 });
    expect(await ann.emitWithAck('move', 1, 2)).toBeUndefined();
    expect(await ann.emitWithAck('move', 'far')).toMatchObject({ error: { name: 'invalid_method_args' } });
    expect(await ann.emitWithAck('private message', { to: 'bob', text: 'hi' })).toBeUndefined();
    expect(await ann.emitWithAck('profile', 1)).toEqual({ name: 'Ann' });
    expect(await ann.emitWithAck('enter')).toMatchObject({ error: { name: 'room_full', limit: 20 } });
  },
  'docstrings-express': visits,
  'docstrings-koa': visits,
  'docstrings-fastify': visits,
  'docstrings-hapi': async (connect) => expect(await (await connect('/chat')).emitWithAck('visit')).toBe('ann'),
  // It says itself what it expects, and needs no port.
  testing: async () => {},
  'express-first': (connect) => reaches(connect, 'chat'),
  express: (connect) => reaches(connect, 'say'),
  koa: (connect) => reaches(connect, 'say'),
  fastify: (connect) => reaches(connect, 'say'),
  hapi: (connect) => reaches(connect, 'say'),
};

type Connect = (namespace?: string) => Promise<Client>;

async function reaches(connect: Connect, event: string): Promise<void> {
  const [ann, bob] = [await connect('/chat'), await connect('/chat')];
  const heard = once(bob as never, event);
  ann.emit(event, 'hi');
  expect(await heard).toEqual(['hi']);
}

async function visits(connect: Connect): Promise<void> {
  const ann = await connect('/chat');
  expect([await ann.emitWithAck('visit'), await ann.emitWithAck('visit')]).toEqual([1, 2]);
}

/** Below a prefix where the sample says so. */
const PATHS: Readonly<Record<string, string>> = { 'docstrings-fastify': '/api/socket.io' };

describe('the sample', () => {
  const servers: NetServer[] = [];
  const clients: Client[] = [];

  beforeEach(() => {
    const listen = NetServer.prototype.listen as (...args: unknown[]) => NetServer;
    // Samples name a port, which here may be taken.
    vi.spyOn(NetServer.prototype, 'listen').mockImplementation(function (this: NetServer, ...args: unknown[]) {
      servers.push(this);
      return listen.apply(this, args.map(anyPort));
    } as never);
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    for (const client of clients.splice(0)) client.disconnect();
    for (const server of servers.splice(0)) server.close();
  });

  const connect = async (path: string, namespace = ''): Promise<Client> => {
    const [server] = servers as [NetServer];
    if (!server.listening) await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = connectTo(`http://localhost:${port}${namespace}`, {
      path,
      forceNew: true,
      reconnection: false,
      transports: ['websocket'],
    });
    clients.push(client);
    await new Promise((resolve, reject) => client.once('connect', resolve as () => void).once('connect_error', reject));
    return client;
  };

  const names = sampleFiles.map((file) => file.replace(/^.*\/|\.ts$/g, ''));

  it.each(names)('%s does what it says', async (name) => {
    const play = PLAYS[name];
    if (play === undefined) throw new Error(`PLAYS has no entry for ${name}: add what a user sees of it`);
    await import(`./samples/${name}.ts`);
    await play((namespace) => connect(PATHS[name] ?? '/socket.io', namespace));
  });
});

/** Any free port instead of the one that a sample names. */
function anyPort(arg: unknown): unknown {
  if (arg === 3000) return 0;
  return typeof arg === 'object' && arg !== null && 'port' in arg ? { ...arg, port: 0 } : arg;
}
