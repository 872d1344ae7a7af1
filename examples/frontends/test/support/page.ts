import { createServer } from 'node:http';
import { socketio } from '@sio/core';
import { listen } from '@sio/test-kit';
import { onTestFinished } from 'vitest';
import { ChatNamespace } from '../../server/chat-namespace.js';

/** A server with the chat and a page, on one port. */
export async function servePage(script: string, body: string) {
  const http = createServer((req, res) => {
    const isPage = req.url === '/';
    res.setHeader('content-type', isPage ? 'text/html; charset=utf-8' : 'text/javascript; charset=utf-8');
    const head = '<title>Chat</title><link rel="icon" href="data:,">';
    const page = `<!doctype html><html><head>${head}</head><body>${body}<script src="/page.js"></script></body></html>`;
    res.end(isPage ? page : script);
  });
  const { io } = socketio({ '/chat': ChatNamespace }).attach(http);
  onTestFinished(() => io.close());
  let joined = 0;
  io.of('/chat').on('connection', () => void joined++);
  return { url: await listen(http), io, joined: () => joined };
}
