import { setInterval as every } from 'node:timers/promises';
import { ClientError, Namespace, socketio } from '@sio/express';
import express from 'express';

/** One line of the log, 10 kB. */
const line = (number: number) => `${number} ${'.'.repeat(10_000)}`;

class Feed extends Namespace<{ price: (name: string, cents: number) => void; line: (text: string) => void }> {
  readonly #watched = new Set<string>();

  /** Prices: a slow client gets the latest of each name, and none of those between. */
  onWatch(name: string) {
    // Each is a task: a client must not start any number of them.
    if (this.#watched.has(name)) return;
    if (this.#watched.size >= 10) throw new ClientError('too_many', 'At most 10 prices');
    this.#watched.add(name);
    this.spawn(async (signal) => {
      let cents = 100;
      for await (const _ of every(5, undefined, { signal })) {
        cents++;
        this.latest(`price ${name}`).emit('price', name, cents);
      }
    });
  }

  /** A log: nothing may be missing, so that the loop waits for the client. */
  async onLog(lines: number) {
    for (let number = 0; number < lines && !this.signal.aborted; number++) {
      if (this.bufferedBytes > 100_000) await this.drained();
      this.emit('line', line(number));
    }
    return { sent: lines };
  }
}

const app = express();
const feed = socketio({ '/feed': Feed }, { maxBufferedBytes: 1_000_000 });
app.get('/flow', (_req, res) => void res.json(feed.io.engine.flow));
app.use(feed);
app.listen(3000);
