import { createClient } from 'redis';

export const redis = createClient({ url: process.env.REDIS ?? 'redis://localhost:6379' });
redis.on('error', (error) => console.error('Redis:', error.message));
await redis.connect();
