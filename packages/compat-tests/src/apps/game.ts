import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';

interface ClientEvents {
  join: (game: string, answer: (seat: number) => void) => void;
  move: (from: number, to: number) => void;
}

interface ServerEvents {
  moved: (seat: number, from: number, to: number) => void;
  ready: (answer: (yes: boolean) => void) => void;
  started: (seats: number) => void;
}

interface BetweenServers {
  announce: (text: string) => void;
}

interface Player {
  game: string;
  seat: number;
}

type GameServer = Server<ClientEvents, ServerEvents, BetweenServers, Player>;

const SEATS = 2;

/** A game for two with everything declared: what clients send, what the server sends, what is remembered of a player. */
export function game(http: HttpServer): GameServer {
  const io: GameServer = new Server(http);

  io.on('connection', (socket) => {
    socket.on('join', async (name, answer) => {
      const others = await io.in(name).fetchSockets();
      const seat = others.length + 1;
      if (seat > SEATS) return answer(0);
      socket.data = { game: name, seat };
      await socket.join(name);
      answer(seat);
      if (seat === SEATS) await start(name);
    });

    socket.on('move', (from, to) => {
      const { game: name, seat } = socket.data;
      if (name !== undefined && seat !== undefined) io.to(name).emit('moved', seat, from, to);
    });
  });

  async function start(name: string): Promise<void> {
    const answers = await io.to(name).timeout(5000).emitWithAck('ready');
    if (answers.every(Boolean)) io.to(name).emit('started', answers.length);
    else io.in(name).disconnectSockets();
  }

  return io;
}
