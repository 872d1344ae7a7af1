import type { Socket } from 'socket.io-client';
import { LONGEST } from './after.js';
import { DisconnectedError, refusalIn, ServerRefusal, TimeoutError } from './errors.js';

/** Milliseconds that a call waits for its answer by default. */
export const CALL_TIMEOUT = 60_000;

/**
 * Sends an event and waits for its acknowledgement.
 * @param timeout milliseconds.
 * @returns nothing as undefined, one value as itself, several as a list.
 * @throws {ServerRefusal} when the server refuses. @throws {TimeoutError} @throws {DisconnectedError}
 */
export function call(socket: Socket, timeout: number, event: string, args: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.timeout(Math.min(timeout, LONGEST)).emit(event, ...args, (error: Error | null, ...values: unknown[]) => {
      if (error) return reject(failureOf(error, event, timeout));
      const refusal = refusalIn(values[0]);
      if (refusal !== undefined) reject(new ServerRefusal(refusal));
      else resolve(values.length > 1 ? values : values[0]);
    });
  });
}

function failureOf(error: Error, event: string, timeout: number): Error {
  // The errors of the official client differ only in their messages.
  if (error.message.includes('disconnected')) return new DisconnectedError(error.message);
  return new TimeoutError(`The server did not acknowledge "${event}" within ${timeout} ms`);
}
