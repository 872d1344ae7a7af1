import { createServer } from 'node:http';
import express from 'express';
import { WebSocket, WebSocketServer } from 'ws';

const app = express();
const server = createServer(app);
const wss = new WebSocketServer({ server, path: '/chat' });

function send(ws: WebSocket, message: object) {
  if (ws.readyState === WebSocket.OPEN) ws.send(JSON.stringify(message));
}

wss.on('connection', (ws) => {
  let name = '';
  ws.on('message', (data) => {
    const { type, id, value } = JSON.parse(data.toString());
    if (type === 'enter') {
      name = value;
      send(ws, { type: 'answer', id, value: wss.clients.size });
    } else if (type === 'say') {
      for (const each of wss.clients) send(each, { type: 'said', name, value });
    }
  });
});
server.listen(3000);
