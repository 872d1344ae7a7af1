import http from 'node:http';
import { listen } from '@sio/test-kit';
import express5 from 'express';
import express4 from 'express4';
import { onTestFinished } from 'vitest';
import type { SocketioMiddleware } from '../../src/index.js';

export * from '@sio/test-kit';

/** Both majors, under the types of the newer. */
export const majors = [
  ['Express 5', express5],
  ['Express 4', express4],
] as const;

/** Serves an app and ends its mounts with the test. */
export async function start(app: http.RequestListener, ...mounts: SocketioMiddleware[]): Promise<string> {
  for (const mount of mounts) onTestFinished(() => mount.io.close());
  return await listen(http.createServer(app));
}
