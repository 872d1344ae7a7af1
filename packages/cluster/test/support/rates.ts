import type { ClusterEngine } from '@sio/cluster';
import { knows, type Node, startNode } from './nodes.js';

/** Events that an address may send at once. */
export const BURST = 10;
/** It takes hours to make up for an event, so that no bucket fills during a test. */
const RATE = { burst: BURST, perSecond: 0.0001 };
const LIMITS = { address: RATE, events: { look: { cost: 0 } }, scope: 'cluster', closeAfter: 1e9 } as const;

let names = 0;

/** Two servers that take every event, as long as the rate of its address lets them. `look` costs nothing. */
export async function startRatedPair(engine: () => ClusterEngine): Promise<[Node, Node]> {
  const options = { prefix: `rates ${++names}` };
  const start = async () => {
    const node = await startNode(engine(), options, { rateLimits: LIMITS });
    node.io.on('connection', (socket) => socket.onAny((...given) => given.at(-1)('taken')));
    return node;
  };
  const nodes: [Node, Node] = [await start(), await start()];
  await Promise.all(nodes.map((node) => knows(node, 1)));
  return nodes;
}
