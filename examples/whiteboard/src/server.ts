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

/** Points on the board; beyond, the oldest pieces go. A new client gets all of them at once, about 1 MB. */
const MOST_POINTS = 50_000;
const board: Piece[] = [];
let points = 0;

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
    points = 0;
    this.nsp.emit('cleared');
  }

  onDisconnect() {
    this.nsp.emit('pointer', this.id, null);
  }

  static events = {
    draw: event(Piece, function (this: Whiteboard, piece) {
      board.push(piece);
      points += piece.points.length;
      while (points > MOST_POINTS) points -= board.shift()?.points.length ?? points;
      this.broadcast.emit('drawn', piece);
    }),

    point: event(Pointer, function (this: Whiteboard, position) {
      this.broadcast.latest(`pointer ${this.id}`).emit('pointer', this.id, position);
    }),
  } as const;
}

const { url } = await serve({ '/whiteboard': Whiteboard }, { pages: new URL('../public', import.meta.url) });
console.log(`Whiteboard: ${url}`);
