import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';

/** One room for all: names, messages, who is typing, how many are here. */
export function chat(http: HttpServer): Server {
  const io = new Server(http);
  const names = new Map<string, string>();

  io.on('connection', (socket) => {
    socket.on('enter', (name, answer) => {
      if (names.has(socket.id)) return answer({ error: 'You are in already' });
      if ([...names.values()].includes(name)) return answer({ error: `${name} is taken` });
      names.set(socket.id, name);
      socket.data.name = name;
      socket.join('entered');
      socket.to('entered').emit('entered', { name, present: names.size });
      answer({ present: names.size });
    });

    socket.on('say', (text) => {
      if (socket.data.name !== undefined) socket.to('entered').emit('said', { name: socket.data.name, text });
    });

    for (const event of ['typing', 'not typing']) {
      socket.on(event, () => socket.to('entered').emit(event, socket.data.name));
    }

    socket.on('disconnect', () => {
      const name = names.get(socket.id);
      if (!names.delete(socket.id)) return;
      io.to('entered').emit('left', { name, present: names.size });
    });
  });
  return io;
}
