import express, { type Request } from 'express';
import expressWs from 'express-ws';
import type { WebSocket } from 'ws';

const { app } = expressWs(express());
const rooms = new Map<string, Set<WebSocket>>();

app.ws('/rooms/:id', (ws: WebSocket, req: Request) => {
  const room = rooms.get(req.params.id as string) ?? new Set();
  rooms.set(req.params.id as string, room.add(ws));
  ws.on('message', (text) => {
    for (const other of room) if (other !== ws) other.send(String(text));
  });
  ws.on('close', () => room.delete(ws));
});
app.listen(3000);
