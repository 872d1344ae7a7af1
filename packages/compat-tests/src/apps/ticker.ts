import type { Server as HttpServer } from 'node:http';
import { Server, type ServerOptions } from 'socket.io';

/** Prices for subscribers on any server of a cluster; who loses the connection for a moment misses none of them. */
export function ticker(http: HttpServer, adapter: NonNullable<ServerOptions['adapter']>): Server {
  const io = new Server(http, {
    adapter,
    connectionStateRecovery: { maxDisconnectionDuration: 60_000, skipMiddlewares: true },
  });

  io.on('connection', (socket) => {
    socket.emit('welcome', {
      recovered: socket.recovered,
      subscriptions: [...socket.rooms].filter((room) => room !== socket.id),
    });
    socket.on('subscribe', async (symbols: string[], answer: () => void) => {
      await socket.join(symbols);
      answer();
    });
    socket.on('price', (symbol: string, price: number) => {
      io.to(symbol).emit('price', symbol, price);
    });
  });
  return io;
}
