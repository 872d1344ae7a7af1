import { startChat } from './chat.js';

const { url } = await startChat();
console.log(`Redis chat: ${url}`);
