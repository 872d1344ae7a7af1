import { onTestFinished } from 'vitest';
import { Child } from '../lib/child.mjs';

const HOST = new URL('../servers/host.mjs', import.meta.url);

/** Every server of the comparison. They answer alike, so what differs between them is the work they do for it. */
export const servers = ['socketio', 'ws-naive', 'floor', 'floor-own', 'sio', 'sio-class'];

/** All behaviours at once; a scenario registers those it needs. */
const handlers = ['echo', 'binary', 'burst', 'broadcast', 'rooms', 'ask'];

/** Starts one server in a process of its own, for the length of the test. Returns its port. */
export async function startServer(server: string): Promise<number> {
  const child = new Child(HOST, ['--expose-gc']);
  onTestFinished(() => child.stop());
  const settings = { handlers, releaseRequest: false, maxPayload: 100_000, deflate: false, recovery: false };
  const { port, unavailable } = await child.ask('start', { server, settings });
  if (unavailable) throw new Error(`${server} cannot be loaded: ${unavailable}`);
  return port;
}
