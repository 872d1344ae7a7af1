import type http from 'node:http';
import { Server as OriginalServer } from 'socket.io';
import { onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

/** A WebSocket server at `/other` that greets with `theirs`. */
export function plainNeighbour(server: http.Server): void {
  const others = new WebSocketServer({ server, path: '/other' });
  others.on('connection', (ws) => ws.send('theirs'));
  onTestFinished(() => others.close());
}

/** socket.io itself at `/original`, which answers `who` with `original`. */
export function originalSocketIo(server: http.Server): void {
  const original = new OriginalServer(server, { path: '/original' });
  original.on('connection', (socket) => socket.on('who', (answer: (who: string) => void) => answer('original')));
  onTestFinished(() => void original.close());
}

/** The first message of a WebSocket server. */
export async function greeting(url: string, protocol?: string): Promise<string> {
  const ws = new WebSocket(url, protocol);
  onTestFinished(() => ws.terminate());
  return new Promise((resolve, reject) => {
    ws.once('message', (data) => resolve(String(data))).once('error', reject);
  });
}
