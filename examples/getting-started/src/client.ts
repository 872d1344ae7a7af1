import type { CallsOf, EmitsOf } from '@sio/express';
import { io, type Socket } from 'socket.io-client';
import type { Board } from './board.js';

export type BoardSocket = Socket<EmitsOf<typeof Board>, CallsOf<typeof Board>>;

/** In a browser the cookie goes along by itself: `io('/board')`. */
export function openBoard(url: string, cookie: string): BoardSocket {
  return io(`${url}/board`, { extraHeaders: { cookie } });
}
