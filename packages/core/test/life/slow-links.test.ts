import { once } from 'node:events';
import { request } from 'node:http';
import type { Writable } from 'node:stream';
import type { Socket } from '@sio/core';
import { type ClientProfile, PROFILES, RawClient, startServer } from '@sio/test-kit';
import { expect, it, onTestFinished } from 'vitest';

const INTERVAL = 50;
const TIMEOUT = 450;
const TIMES = {
  pingInterval: INTERVAL,
  pingTimeout: TIMEOUT,
  legacyPollingDuration: INTERVAL,
  legacyCloseTimeout: INTERVAL + TIMEOUT,
};
const PIECES = 60;
/** Milliseconds between two pieces of a message: all of them take far longer than a client may be silent. */
const PACE = 25;
const LENGTH = 999_000;

/** A client that says nothing beside what its test says, and who hears it. */
async function harness(way: ClientProfile) {
  const server = await startServer(TIMES);
  const arrival = once(server.io as never, 'connection') as Promise<[Socket]>;
  const talker = await RawClient.join(server, way);
  const [socket] = await arrival;
  const ended = new Promise<string>((resolve) => socket.on('disconnect', (reason) => resolve(reason)));
  return { server, talker, socket, ended };
}

type Harness = Awaited<ReturnType<typeof harness>>;

/** A link that a message is written to byte by byte, and the bytes. */
function uplink({ server, talker }: Harness, text: string): { link: Writable; bytes: Buffer } {
  if (talker.ws !== undefined) {
    // One frame, masked with zeros.
    const head = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    head.writeUInt32BE(text.length, 6);
    const { _socket: link } = talker.ws.ws as unknown as { _socket: Writable };
    return { link, bytes: Buffer.concat([head, Buffer.from(text)]) };
  }
  const { generation } = talker.profile;
  const body = Buffer.from(generation === 'eio3' ? `${text.length}:${text}` : text);
  const path =
    generation === '0.9'
      ? `/socket.io/1/xhr-polling/${talker.sid}`
      : `/socket.io/?EIO=${generation === 'eio4' ? 4 : 3}&transport=polling&sid=${talker.sid}`;
  const headers = { 'Content-Type': 'text/plain;charset=UTF-8', 'Content-Length': body.length };
  const link = request(server.url + path, { method: 'POST', headers });
  link.on('error', () => {});
  onTestFinished(() => void link.destroy());
  return { link, bytes: body };
}

/** Writes so many of the pieces, at the pace of a slow link. */
async function trickle({ link, bytes }: ReturnType<typeof uplink>, pieces: number): Promise<void> {
  const size = Math.ceil(bytes.length / PIECES);
  for (let n = 0; n < pieces; n++) {
    link.write(bytes.subarray(n * size, (n + 1) * size));
    await new Promise((resolve) => setTimeout(resolve, PACE));
  }
}

it.each(PROFILES)('%s: 1 MB over a link that needs longer than a client may be silent arrives', async (way) => {
  const play = await harness(way);
  const heard = new Promise<string>((resolve) => play.socket.on('big', resolve));
  await trickle(uplink(play, play.talker.event('big', JSON.stringify('x'.repeat(LENGTH)))), PIECES);
  const first = await Promise.race([heard, play.ended]);
  expect(first).toHaveLength(LENGTH);
  // And then it is silent.
  expect(await play.ended).toBe('ping timeout');
});

it.each(PROFILES)('%s: a client that falls silent in the middle of a message is disconnected anyway', async (way) => {
  const play = await harness(way);
  await trickle(uplink(play, play.talker.event('big', JSON.stringify('x'.repeat(LENGTH)))), 3);
  expect(await play.ended).toBe('ping timeout');
});
