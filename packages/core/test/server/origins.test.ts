import type { ServerOptions } from '@sio/core';
import { connect, startServer } from '@sio/test-kit';
import { describe, expect, test } from 'vitest';

const FRIEND = 'https://friend.example';
const FOE = 'https://foe.example';

/** Who of these gets in, over each transport. */
async function admitted(options: ServerOptions): Promise<Record<string, string[]>> {
  const { url, port } = await startServer(options);
  const origins = {
    none: undefined,
    own: url,
    'own, another port': `http://127.0.0.1:${port + 1}`,
    friend: FRIEND,
    foe: FOE,
  };
  const result: Record<string, string[]> = {};
  for (const transport of ['polling', 'websocket']) {
    const inside: string[] = [];
    for (const [name, origin] of Object.entries(origins)) {
      const extraHeaders = origin === undefined ? {} : { origin };
      const client = connect('4.8.4', url, { transports: [transport], extraHeaders });
      const outcome = await Promise.race([client.next('connect').then(() => 'in'), client.next('connect_error')]);
      if (outcome === 'in') inside.push(name);
    }
    result[transport] = inside;
  }
  return result;
}

const both = (...names: string[]) => ({ polling: names, websocket: names });

describe('pages that may connect, over every transport,', () => {
  test('are those of the server itself alone, unless it says otherwise', async () => {
    expect(await admitted({})).toEqual(both('none', 'own'));
    expect(await admitted({ allowedOrigins: [] })).toEqual(both('none', 'own'));
  });

  test('are those of a list of texts and patterns besides', async () => {
    expect(await admitted({ allowedOrigins: [FRIEND] })).toEqual(both('none', 'own', 'friend'));
    expect(await admitted({ allowedOrigins: [/^https:\/\/\w+\.example$/] })).toEqual(
      both('none', 'own', 'friend', 'foe'),
    );
  });

  test('are those that a function lets in, which may take its time', async () => {
    const sync = (origin: string) => origin === FRIEND;
    expect(await admitted({ allowedOrigins: sync })).toEqual(both('none', 'own', 'friend'));
    expect(await admitted({ allowedOrigins: async (origin) => sync(origin) })).toEqual(both('none', 'own', 'friend'));
  });

  test('are all with "*"', async () => {
    expect(await admitted({ allowedOrigins: '*' })).toEqual(both('none', 'own', 'own, another port', 'friend', 'foe'));
  });

  test('are not those of a host that a header names: plain Node trusts no proxy', async () => {
    const { url } = await startServer();
    const extraHeaders = { origin: FRIEND, 'x-forwarded-host': 'friend.example', 'x-forwarded-proto': 'https' };
    for (const transport of ['polling', 'websocket']) {
      await connect('4.8.4', url, { transports: [transport], extraHeaders }).next('connect_error');
    }
  });
});
