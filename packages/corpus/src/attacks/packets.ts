import { type Attack, ENGINE, GENERATIONS, type Generation } from '../attack.js';
import type { Target } from '../target.js';
import type { Wire } from '../wire.js';

const ATTACHMENT: Readonly<Record<'eio4' | 'eio3', Buffer>> = { eio4: Buffer.of(1, 2), eio3: Buffer.of(4, 1, 2) };

/** Sends frames in the main namespace; the server must end the connection. */
async function mustClose(
  target: Target,
  generation: Generation,
  frames: readonly (string | Buffer)[],
  open: (target: Target) => Promise<Wire> = (one) => one.join(generation),
): Promise<string | undefined> {
  const wire = await open(target);
  wire.send(...frames);
  const closed = await wire.isClosed();
  wire.end();
  return closed ? undefined : `the connection stays open after ${String(frames[0]).slice(0, 60)}`;
}

/** Sends frames; the connection may end, but the server must answer others at once. */
async function mustLive(target: Target, generation: Generation, frames: readonly string[]): Promise<undefined> {
  const wire = await target.join(generation);
  wire.send(...frames);
  await target.isAlive();
  wire.end();
  return undefined;
}

async function eachMustClose(
  target: Target,
  generation: 'eio4' | 'eio3',
  packets: readonly string[],
): Promise<string | undefined> {
  const extra = [ATTACHMENT[generation]];
  const problems = await Promise.all(packets.map((packet) => mustClose(target, generation, [packet, ...extra])));
  return problems.find((problem) => problem !== undefined);
}

const DIGITS = '9'.repeat(900_000);

/** In what a packet says. */
export const PACKET_ATTACKS: readonly Attack[] = [
  {
    id: 'CVE-2020-36049',
    about: 'socket.io-parser: a giant run of digits takes quadratic time',
    generations: GENERATIONS,
    async run(target, generation) {
      const packets = generation === '0.9' ? [`5:${DIGITS}:`, `6:::${DIGITS}`] : [`42${DIGITS}`, `45${DIGITS}`];
      const began = performance.now();
      await mustLive(target, generation, packets);
      return performance.now() - began < 2000 ? undefined : 'reading a run of digits takes seconds';
    },
  },
  {
    id: 'CVE-2022-2421',
    about: 'socket.io-parser: a placeholder names a method of the list of attachments',
    generations: ENGINE,
    run: (target, generation) =>
      eachMustClose(
        target,
        generation as 'eio4',
        ['"splice"', '-1', '0.5', '7', '"0"', 'null'].map((num) => `451-["hello",{"_placeholder":true,"num":${num}}]`),
      ),
  },
  {
    id: 'CVE-2023-32695',
    about: 'socket.io-parser: an event name that cannot be made a text throws',
    generations: GENERATIONS,
    run: (target, generation) =>
      mustClose(target, generation, [
        generation === '0.9' ? '5:::{"name":{"toString":1},"args":[]}' : '42[{"toString":"foo"}]',
      ]).then((open) => (generation === '0.9' ? undefined : open)),
  },
  {
    id: 'CVE-2024-38355',
    about: 'socket.io: a client emits `error`, which nobody listens to',
    generations: GENERATIONS,
    run: (target, generation) =>
      mustLive(target, generation, generation === '0.9' ? ['5:::{"name":"error","args":["x"]}'] : ['42["error","x"]']),
  },
  {
    id: 'CVE-2026-33151',
    about: 'socket.io-parser: a packet announces any number of attachments',
    generations: ENGINE,
    run: (target, generation) => mustClose(target, generation, ['451000000-["x",{"_placeholder":true,"num":0}]']),
  },
  {
    id: 'CVE-2026-69185',
    about: 'socket.io-parser: a binary packet of no attachments waits for attachments for ever',
    generations: ENGINE,
    run: (target, generation) =>
      mustClose(target, generation, ['450-["x"]', ATTACHMENT[generation as 'eio4'], ATTACHMENT[generation as 'eio4']]),
  },
  {
    id: 'CVE-2026-48804',
    about: 'python-socketio: attachments that never come are kept, also those from before a connect',
    generations: ['eio4'],
    run: (target) =>
      mustClose(target, 'eio4', ['451-["x",{"_placeholder":true,"num":0}]', ATTACHMENT.eio4], (one) =>
        one.connect('eio4'),
      ),
  },
  {
    id: 'GHSA-55mf-67qm-4wpg',
    about: 'socketioxide: attachments without bound, before anybody is authenticated',
    generations: ['eio4'],
    run: (target) =>
      mustClose(
        target,
        'eio4',
        ['4510-["x",{"_placeholder":true,"num":0}]', ...Array.from({ length: 10 }, () => Buffer.alloc(900_000))],
        (one) => one.connect('eio4'),
      ),
  },
];
