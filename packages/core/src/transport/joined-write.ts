import type { Duplex } from 'node:stream';

type Write = (chunk: unknown, encoding?: unknown, callback?: unknown) => boolean;

/**
 * Lets the first two texts that are written to `socket` while `run` runs leave in one call: the 101 that `ws` writes, and our
 * first frame. Corking would not do, as Node collects corked texts in memory of its own and is slower than with two writes.
 */
export function joinFirstWrites(socket: Duplex, run: () => void): void {
  const target = socket as unknown as { write: Write };
  // Put back by assignment: deleting would turn the socket into a dictionary, which is slow and large.
  const write = target.write;
  let held: string | undefined;
  target.write = (chunk, encoding, callback) => {
    if (held === undefined && typeof chunk === 'string' && callback === undefined) {
      held = chunk;
      return true;
    }
    target.write = write;
    const first = held ?? '';
    held = undefined;
    if (typeof chunk === 'string' && encoding === 'latin1') {
      return write.call(socket, first + chunk, encoding, callback);
    }
    write.call(socket, first, 'latin1');
    return write.call(socket, chunk, encoding, callback);
  };
  try {
    run();
  } finally {
    target.write = write;
    if (held !== undefined) write.call(socket, held, 'latin1');
  }
}
