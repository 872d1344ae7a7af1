import { serve } from '@sio/example-shared';
import { event, Namespace } from '@sio/express';
import { z } from 'zod';

const coordinate = z.number().min(0).max(1);
/** A piece of a line: pairs of coordinates from 0 to 1, so that every screen shows the whole board. */
const Piece = z.object({
  colour: z.string().regex(/^#[\da-f]{6}$/i),
  points: z
    .array(z.tuple([coordinate, coordinate]))
    .min(1)
    .max(200),
});
const Pointer = z.tuple([coordinate, coordinate]);
type Piece = z.infer<typeof Piece>;

const MOST_PIECES = 5000;
const board: Piece[] = [];

interface ServerEvents {
  drawn: (piece: Piece) => void;
  cleared: () => void;
  pointer: (id: string, position: z.infer<typeof Pointer> | null) => void;
}

class Whiteboard extends Namespace<ServerEvents> {
  onLook() {
    return board;
  }

  onClear() {
    board.length = 0;
    this.nsp.emit('cleared');
  }

  onDisconnect() {
    this.nsp.emit('pointer', this.id, null);
  }

  static events = {
    draw: event(Piece, function (this: Whiteboard, piece) {
      board.push(piece);
      if (board.length > MOST_PIECES) board.shift();
      this.broadcast.emit('drawn', piece);
    }),

    point: event(Pointer, function (this: Whiteboard, position) {
      this.broadcast.latest(`pointer ${this.id}`).emit('pointer', this.id, position);
    }),
  } as const;
}

const { url } = await serve({ '/whiteboard': Whiteboard }, { pages: new URL('../public', import.meta.url) });
console.log(`Whiteboard: ${url}`);
