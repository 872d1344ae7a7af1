import { createServer } from 'node:http';
import { Namespace } from '@sio/core';
import { listen, startServer } from '@sio/test-kit';
import { Server as OfficialServer } from 'socket.io';
import { onTestFinished } from 'vitest';

/** A namespace with something for each command. */
export class Chat extends Namespace {
  onEcho(...args: unknown[]) {
    return args[0];
  }

  onSay(text: string) {
    this.nsp.emit('said', { from: 'server', text });
    return { delivered: true };
  }

  async onJoin(room: string) {
    await this.join(room);
    this.nsp.to(room).emit('news', room);
    this.emit('other', room);
  }

  /** Asks the client, and tells its answer. */
  async onAsk(question: string) {
    this.emit('told', await this.emitWithAck('question', question));
  }

  onLength(bytes: unknown) {
    return Buffer.isBuffer(bytes) ? bytes.length : -1;
  }

  onNothing() {
    return new Promise(() => {});
  }

  onLeave() {
    this.disconnect(true);
  }
}

/** This project's server, with `Chat` in two namespaces. */
export const startOurs = (options: Parameters<typeof startServer>[0] = {}) =>
  startServer({ namespaces: { '/': Chat, '/chat': Chat }, ...options });

/** socket.io, with the same events as far as tests need them. @returns its URL */
export async function startOfficial(options: object = {}): Promise<string> {
  const http = createServer();
  const io = new OfficialServer(http, options);
  onTestFinished(() => io.close());
  io.of('/chat').on('connection', (socket) => {
    socket.on('echo', (value, answer) => answer(value));
    socket.on('say', (text, answer) => {
      io.of('/chat').emit('said', { from: 'server', text });
      answer?.({ delivered: true });
    });
  });
  return listen(http);
}
