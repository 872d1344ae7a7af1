/**
 * Commands for one server of a cluster; plain values in and out, so that it does not matter in which process it
 * lives.
 *
 * @param {import('socket.io').Server} io
 */
export function commandsOf(io) {
  /** @type {unknown[][]} */
  const notes = [];
  io.on('connection', (socket) => {
    socket.on('join', (rooms, done) => {
      void Promise.resolve(socket.join(rooms)).then(() => done?.());
    });
    socket.on('name', (name, done) => {
      socket.data.name = name;
      done?.();
    });
    socket.on('tell others', (room, event, ...args) => {
      socket.to(room).emit(event, ...args);
    });
  });
  io.on('note', (...args) => {
    notes.push(args);
  });
  io.on('increment', (n, done) => done(n + 1));

  /** @param {Target} target */
  const operator = ({ to = [], except = [], local = false, volatile = false, timeout }) => {
    let all = io.to(to).except(except);
    if (local) all = all.local;
    if (volatile) all = all.volatile;
    return timeout === undefined ? all : all.timeout(timeout);
  };

  return {
    servers: () => io.of('/').adapter.serverCount(),
    /** @param {Target} target @param {string} event @param {unknown[]} args */
    emit: (target, event, ...args) => operator(target).emit(event, ...args),
    /** @param {Target} target @param {string} event @param {unknown[]} args */
    ask: (target, event, ...args) => operator({ timeout: 30_000, ...target }).emitWithAck(event, ...args),
    /** @param {Target} target */
    fetch: async (target) =>
      (await operator(target).fetchSockets()).map(({ id, rooms, data, handshake }) => ({
        id,
        rooms: [...rooms],
        data,
        query: handshake.query,
      })),
    /** @param {Target} target @param {string} event @param {unknown[]} args */
    emitToEach: async (target, event, ...args) => {
      for (const socket of await operator(target).fetchSockets()) socket.emit(event, ...args);
    },
    /** @param {Target} target @param {string} event @param {unknown[]} args */
    askEach: async ({ timeout, ...target }, event, ...args) => {
      // The time is for the clients' answers, not for that of the other server.
      const sockets = await operator(target).fetchSockets();
      return Promise.all(
        sockets.map(
          (socket) =>
            new Promise((resolve) => {
              socket
                .timeout(timeout ?? 5000)
                .emit(event, ...args, (/** @type {any[]} */ ...answer) =>
                  resolve([answer[0]?.message ?? null, answer[1]]),
                );
            }),
        ),
      );
    },
    /** @param {Target} target @param {string} joined @param {string} left */
    moveEach: async (target, joined, left) => {
      for (const socket of await operator(target).fetchSockets()) {
        void socket.join(joined);
        void socket.leave(left);
      }
    },
    /** @param {Target} target */
    disconnectEach: async (target) => {
      for (const socket of await operator(target).fetchSockets()) socket.disconnect();
    },
    /** @param {Target} target @param {string[]} rooms */
    join: (target, rooms) => operator(target).socketsJoin(rooms),
    /** @param {Target} target @param {string[]} rooms */
    leave: (target, rooms) => operator(target).socketsLeave(rooms),
    /** @param {Target} target @param {boolean} close */
    disconnect: (target, close) => operator(target).disconnectSockets(close),
    /** @param {unknown[]} args */
    note: (...args) => io.serverSideEmit('note', ...args),
    notes: () => notes,
    /** @param {number} n */
    increment: (n) => io.serverSideEmitWithAck('increment', n),
    rooms: () => [...io.of('/').adapter.rooms.keys()],
  };
}

/**
 * @typedef {object} Target
 * @property {string[]} [to]
 * @property {string[]} [except]
 * @property {boolean} [local]
 * @property {boolean} [volatile]
 * @property {number} [timeout]
 *
 * @typedef {ReturnType<typeof commandsOf>} Commands
 */
