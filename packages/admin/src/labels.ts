import type { Settings, UserSocket } from './settings.js';

const LONGEST = 200;

/** Clients choose names of rooms and namespaces, of any length. */
export function clipped(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** The name that the application gives to the user of a socket. */
export function userOf({ user }: Settings, socket: UserSocket): string | undefined {
  try {
    const name = user?.(socket);
    return name === undefined || name === null ? undefined : clipped(String(name));
  } catch {
    // A socket may lack what the application's function expects.
    return undefined;
  }
}
