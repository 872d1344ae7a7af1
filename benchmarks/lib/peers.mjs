/** The server of the build that `SIO_BEFORE` names. */
export const BEFORE = 'sio-before';

/** The servers that can be compared; each is `servers/<name>.mjs`. The first is what the others are measured against.
 * @type {import('../types.d.ts').Peer[]}
 */
export const peers = [
  { name: 'socketio', title: 'socket.io', standard: true, always: true },
  { name: 'ws-naive', title: 'ws.send', standard: true },
  { name: 'floor', title: 'floor on ws', standard: true, always: true },
  { name: 'floor-own', title: 'floor, own reader', standard: true, always: true },
  { name: 'sio', title: 'sio', standard: true, always: true },
  // Another build is compared wherever there is one.
  { name: BEFORE, title: 'sio before', standard: Boolean(process.env.SIO_BEFORE) },
  { name: 'sio-class', title: 'sio (class)', standard: true },
  { name: 'sio-express', title: 'sio on Express', standard: false },
  { name: 'sio-koa', title: 'sio on Koa', standard: false },
  { name: 'sio-fastify', title: 'sio on Fastify', standard: false },
  { name: 'sio-hapi', title: 'sio on Hapi', standard: false },
];

/** @param {string[] | undefined} names as given on the command line */
export function choosePeers(names) {
  if (!names) return peers.filter((peer) => peer.standard);
  return names.map((name) => {
    const peer = peers.find((candidate) => candidate.name === name);
    if (!peer) throw new Error(`no server "${name}"; there are ${peers.map((each) => each.name).join(', ')}`);
    return peer;
  });
}
