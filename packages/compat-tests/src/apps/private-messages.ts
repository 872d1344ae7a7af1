import type { Server as HttpServer } from 'node:http';
import { type ExtendedError, Server, type Socket } from 'socket.io';

interface Person {
  readonly user: string;
  readonly name: string;
}

interface Message {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** Where logins and letters are kept; `token()` makes up what proves a login. */
export interface Store {
  token(): string;
}

/** Letters between people who may have several windows open, or none. A login is remembered by its token. */
export function privateMessages(http: HttpServer, store: Store): Server {
  const io = new Server(http);
  const logins = new Map<string, Person>();
  const letters: Message[] = [];

  io.use((socket, next) => {
    const problem = login(socket);
    next(problem);
  });

  function login(socket: Socket): ExtendedError | undefined {
    const { token, name } = socket.handshake.auth;
    const known = logins.get(token);
    if (known !== undefined) {
      socket.data = { ...known, token };
      return undefined;
    }
    if (typeof name !== 'string' || name === '') {
      return Object.assign(new Error('Who are you?'), { data: { code: 'no_name' } });
    }
    const fresh = store.token();
    const person = { user: `user-${logins.size + 1}`, name };
    logins.set(fresh, person);
    socket.data = { ...person, token: fresh };
    return undefined;
  }

  async function windowsOf(user: string): Promise<number> {
    return (await io.in(user).fetchSockets()).length;
  }

  io.on('connection', async (socket) => {
    const { user, name, token } = socket.data;
    socket.emit('session', { token, user });
    const before = await windowsOf(user);
    await socket.join(user);
    const mine = letters.filter(({ from, to }) => from === user || to === user);
    socket.emit('people', [...logins.values()], mine);
    if (before === 0) socket.broadcast.emit('present', { user, name });

    socket.on('letter', (to: string, text: string) => {
      const letter = { from: user, to, text };
      letters.push(letter);
      // Also to one's own other windows.
      socket.to([to, user]).emit('letter', letter);
    });

    socket.on('disconnect', async () => {
      if ((await windowsOf(user)) === 0) socket.broadcast.emit('absent', user);
    });
  });
  return io;
}
