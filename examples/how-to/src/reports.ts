import { cluster } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import { Namespace, socketio } from '@sio/express';
import express from 'express';
import { createClient } from 'redis';

class Reports extends Namespace<{ ready: (text: string) => void; time: (now: string) => void }> {
  /** Take the user from a session or a token: here a client may claim to be anybody. */
  async onConnect({ user }: { user?: string }) {
    await this.join(`user:${user}`);
  }
}

const client = createClient({ url: process.env.REDIS ?? 'redis://localhost:6379' });
const reports = socketio({ '/reports': Reports }, { adapter: cluster(redis(client)) });

// A job within the server. Each server runs its own: `local` keeps it to the clients of this one.
const everyMinute = setInterval(
  () => {
    reports.io.of('/reports').local.emit('time', new Date().toISOString());
  },
  Number(process.env.INTERVAL ?? 60_000),
);
everyMinute.unref();

const app = express();
app.use(reports);
app.listen(3000);
