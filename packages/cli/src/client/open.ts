import { Failure } from '../failure.js';
import type { Target } from '../target.js';
import { diagnose, engineOf, enginePath } from '../wire/handshake.js';
import { Channel } from '../wire/websocket.js';
import type { Client, ClientEvents } from './client.js';
import { openLegacy } from './legacy.js';
import { ConnectionError, openOfficial } from './official.js';

/**
 * Connects.
 *
 * @throws Failure that says why it is impossible
 */
export async function open(target: Target, events: ClientEvents): Promise<Client> {
  if (target.protocol === '0.9') return openLegacy(target, events);
  try {
    return await openOfficial(target, events);
  } catch (error) {
    if (error instanceof ConnectionError) throw await reasonOf(target, target.protocol, error);
    throw error;
  }
}

/** The clients give few details of a failed transport: a request of our own finds the cause. */
async function reasonOf(target: Target, protocol: Exclude<Target['protocol'], '0.9'>, error: Error): Promise<Failure> {
  const found = await diagnose(target);
  if (found !== undefined) return found;
  if (target.transport === 'websocket') {
    try {
      (await Channel.open(target, enginePath(target, engineOf(protocol), { transport: 'websocket' }))).close();
    } catch (refused) {
      if (refused instanceof Failure) {
        return new Failure(refused.code, refused.message, 'A proxy may block WebSockets: try --transport polling.');
      }
    }
  }
  return new Failure('refused', `${target.origin} ends the connection: ${error.message}.`);
}
