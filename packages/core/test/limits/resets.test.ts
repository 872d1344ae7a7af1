import type { Socket as NetSocket } from 'node:net';
import { Child, fetchAnswer, stuck, upgradeLines, within } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

type Come = (port: number) => Promise<NetSocket>;

const webSocket =
  (...more: string[]): Come =>
  (port) =>
    stuck(port, [...upgradeLines('/socket.io/?EIO=3&transport=websocket'), ...more]);

const stream =
  (transport: string): Come =>
  async (port) => {
    const [sid] = (await fetchAnswer(`http://127.0.0.1:${port}/socket.io/1/`)).body.split(':');
    return stuck(port, [`GET /socket.io/1/${transport}/${sid} HTTP/1.1`, 'Host: localhost']);
  };

const WAYS: Readonly<Record<string, Come>> = {
  'a WebSocket': webSocket(),
  'a WebSocket that compresses': webSocket('Sec-WebSocket-Extensions: permessage-deflate'),
  htmlfile: stream('htmlfile'),
  'xhr-multipart': stream('xhr-multipart'),
};

const OPTIONS = { maxBufferedBytes: 1_000_000, pingInterval: 600_000, perMessageDeflate: true };

describe.each(Object.entries(WAYS))(
  'a client that does not read and then resets its connection, over %s,',
  (_, come) => {
    async function fullServer(slowConsumers: string) {
      const server = new Child(new URL('./processes/server.mjs', import.meta.url), [
        JSON.stringify({ ...OPTIONS, slowConsumers }),
      ]);
      return { server, client: await come(await server.call<number>('start')) };
    }

    /** A process that does nothing else any more would not even answer. */
    async function isGone(server: Child): Promise<void> {
      const gone = async () => {
        while ((await server.call<{ clients: number }>('state')).clients > 0) {}
      };
      await within(gone(), 'the server to notice');
    }

    it('leaves the server running, whatever the server holds for it', async () => {
      const { server, client } = await fullServer('drop-oldest');
      expect(await server.call('fill')).toBeGreaterThan(0);
      client.resetAndDestroy();
      await isGone(server);
    });

    it('does not keep drained() waiting', async () => {
      const { server, client } = await fullServer('drop-oldest');
      await server.call('fill');
      await server.call('wait');
      expect(await server.call('drained')).toBe(false);
      client.resetAndDestroy();
      await isGone(server);
      expect(await server.call('drained')).toBe(true);
    });
  },
);
