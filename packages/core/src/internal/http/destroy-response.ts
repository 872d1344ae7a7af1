import type { ServerResponse } from 'node:http';
import { takeOffSocket } from '../node-internals.js';

/** Destroys a response, also where a middleware has replaced its methods or frozen it: then its connection is closed. */
export function destroyResponse(res: ServerResponse): void {
  try {
    res.destroy();
  } catch {
    takeOffSocket(res)?.destroy();
  }
}
