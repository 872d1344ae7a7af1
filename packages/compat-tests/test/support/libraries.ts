import { describe } from 'vitest';

/** The module that applications import: `socket.io`, or the one in its place. */
export type Library = typeof import('socket.io');

/** The two, socket.io first. */
export const libraries: readonly (readonly [name: string, load: () => Promise<Library>])[] = [
  ['socket.io', () => import('socket.io')],
  ['@sio/core/compat', async () => (await import('@sio/core/compat')) as unknown as Library],
];

/** Runs one suite twice: a behaviour holds here only if it holds on both. */
export function onBoth(title: string, suite: (load: () => Promise<Library>, name: string) => void): void {
  for (const [name, load] of libraries) describe(`${title}, on ${name}`, () => suite(load, name));
}
