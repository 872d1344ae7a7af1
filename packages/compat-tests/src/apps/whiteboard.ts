import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';

/** Points are sent as they are drawn, in pairs of 16-bit numbers. */
interface Stroke {
  readonly color: string;
  readonly points: Buffer;
}

const MAX_STROKES = 1000;

/** Boards by name, one dynamic namespace each: what somebody draws, all others see; who comes later gets all of it. */
export function whiteboard(http: HttpServer): Server {
  const io = new Server(http, { maxHttpBufferSize: 100_000 });
  const boards = new Map<string, Stroke[]>();

  io.of(/^\/board-\w+$/).on('connection', (socket) => {
    const board = socket.nsp;
    const strokes = boards.get(board.name) ?? [];
    boards.set(board.name, strokes);
    socket.emit('strokes', strokes);

    socket.on('draw', (color: string, points: Buffer) => {
      if (strokes.length >= MAX_STROKES) strokes.shift();
      strokes.push({ color, points });
      socket.broadcast.emit('draw', color, points);
    });
    socket.on('pointer', (x: number, y: number) => socket.broadcast.volatile.emit('pointer', socket.id, x, y));
    socket.on('clear', (answer: (removed: number) => void) => {
      const removed = strokes.splice(0).length;
      board.emit('cleared');
      answer(removed);
    });
  });
  return io;
}
