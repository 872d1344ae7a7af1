import { startChat } from '@sio/example-redis-chat';
import { postgresHistory } from './history.js';

const database = process.env.DATABASE ?? 'postgres://postgres:x@localhost:5432/postgres';
const { url } = await startChat(await postgresHistory(database));
console.log(`Redis chat with persistence: ${url}`);
