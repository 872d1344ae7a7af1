import { Connection } from '@sio/client';
import { Chat } from '../../chat.js';

/** As an app does it: WebSocket alone, which takes headers there. */
export const connect = (url: string) =>
  new Chat(new Connection(url, { transports: ['websocket'], extraHeaders: { 'x-app': 'chat' }, forceNew: true }));
