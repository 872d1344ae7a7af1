// A process without a server: a worker of a queue, a cron job, a command of an administrator.
import { emitter } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import { createClient } from 'redis';

const client = createClient({ url: process.env.REDIS ?? 'redis://localhost:6379' });
const worker = emitter(redis(client));

worker.of('/reports').to('user:ann').emit('ready', 'The report of November is ready');

// Resolves when the broker has everything, and rejects when something was lost.
await worker.flush();
await worker.close();
