import { Namespace } from '@sio/core';
import {
  childServer,
  connect,
  FRAMEWORKS,
  PROFILES,
  RARE_PROFILES,
  rawClient,
  serverFor,
  startServer,
  type Version,
} from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }
}

const VERSIONS: Version[] = ['0.9.17', '2.5.0', '4.8.4'];

describe.each(FRAMEWORKS)('a server in %s', (framework) => {
  it.each(VERSIONS)('talks to client %s over each transport', async (version) => {
    const { url } = await startServer({ framework, namespaces: { '/': Echo } });
    for (const transport of ['polling', 'websocket', 'upgrade'] as const) {
      const client = await connect(version, url, transport).joined();
      expect(await client.ask('echo', transport)).toEqual([transport]);
    }
  });
});

it.each([...PROFILES, ...RARE_PROFILES])('a raw client joins: %s', async (profile) => {
  const server = await serverFor(profile, {
    transports: ['polling', 'websocket', 'webtransport'],
    legacyTransports: ['websocket', 'flashsocket', 'htmlfile', 'xhr-multipart', 'xhr-polling', 'jsonp-polling'],
  });
  const joined = new Promise((resolve) => server.io.on('connection', resolve));
  await rawClient(server, profile);
  expect(await joined).toMatchObject({ connected: true });
});

describe('a server in a process of its own', () => {
  it('answers clients, and reports its memory', async () => {
    const server = await childServer({ heap: 64 });
    const client = await connect('4.8.4', server.url, 'websocket').joined();
    expect(await client.ask('echo', 1)).toEqual([1]);
    const { rss, peakRss, held } = await server.memory();
    expect(held).toBeLessThan(rss);
    expect(rss).toBeLessThanOrEqual(peakRss);
  });

  it('fails the call when it runs out of its heap', async () => {
    const server = await childServer({ heap: 32, setup: new URL('./hoard.mjs', import.meta.url) });
    await expect(server.call('hoard')).rejects.toThrow(/the process has ended[\s\S]*heap out of memory/);
  });
});
