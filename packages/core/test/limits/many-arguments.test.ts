import { Namespace, type Socket } from '@sio/core';
import { type ClientProfile, PROFILES, RawClient, serverFor } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

/** More than a function can be called with. */
const MANY = Array.from({ length: 300_000 }, () => 1).join(',');

class Both extends Namespace {
  onMany(...values: unknown[]) {
    return values.length;
  }

  onEcho(value: unknown) {
    this.emit('echo', value);
  }
}

const STYLES = {
  class: { namespaces: { '/': Both } },
  functions: {},
} as const;

/** An event as this version writes it, with as many arguments as wanted. */
const event = (talker: RawClient, name: string, args: string, id = '') => talker.event(name, args, { id });

async function play(way: ClientProfile, style: keyof typeof STYLES) {
  const failures: unknown[] = [];
  const server = await serverFor(way, { ...STYLES[style], errorHandler: (error) => void failures.push(error) });
  const arrived = new Promise<Socket>((resolve) => void server.io.once('connection', resolve));
  const talker = await RawClient.join(server, way);
  const socket = await arrived;
  const echoed = new Promise((resolve) => socket.onAny((name, value) => name === 'echo' && resolve(value)));
  if (style === 'functions') socket.on('many', () => {});
  return { talker, socket, failures, echoed };
}

describe.each(PROFILES)('a client of %s', (way) => {
  it.each(Object.keys(STYLES) as (keyof typeof STYLES)[])(
    'that sends an event with 300 000 arguments harms nothing (%s)',
    async (style) => {
      const { talker, echoed, socket } = await play(way, style);
      await talker.say(event(talker, 'many', MANY));
      await talker.say(event(talker, 'many', MANY, '7'));
      await talker.say(event(talker, 'echo', '1'));
      expect(await echoed).toBe(1);
      expect(socket.connected).toBe(true);
    },
  );

  it('that acknowledges with 300 000 arguments harms nothing', async () => {
    const { talker, echoed, socket } = await play(way, 'functions');
    socket.emit('question', () => {});
    const [id] = socket.acks.keys();
    // 0.9 counts from one.
    const packet = way.generation === '0.9' ? `6:::${id! + 1}+[${MANY}]` : `43${id}[${MANY}]`;
    await talker.say(packet);
    await talker.say(event(talker, 'echo', '1'));
    expect(await echoed).toBe(1);
    expect([socket.connected, socket.acks.size]).toEqual([true, 0]);
  });
});
