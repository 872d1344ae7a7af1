import { LINE } from '../handlers.mjs';

const ASK_TIMEOUT = 30_000;

/** The least check that keeps a wrong order out. @param {any} order */
const checked = ({ article, quantity, express }) =>
  typeof article === 'string' &&
  article.length <= 40 &&
  Number.isInteger(quantity) &&
  quantity > 0 &&
  typeof express === 'boolean'
    ? quantity
    : { error: 'invalid' };

/** The behaviours of `handlers.mjs` on the minimal server. @type {Record<string, import('./application.mjs').Handler>} */
const handlers = {
  echo: (_application, connection, [, value], id) => connection.acknowledge(id, [value]),
  order: (_application, connection, [, value], id) => connection.acknowledge(id, [checked(value)]),
  binary: (_application, connection, [, bytes]) => connection.emit('binary', bytes),
  burst(_application, connection, [, count]) {
    for (let i = 0; i < count; i++) connection.emit('burst', i, LINE);
  },
  broadcast: (application, _connection, [, line]) => application.broadcast(null, 'news', line),
  join(application, connection, [, room], id) {
    application.joinRoom(connection, room);
    connection.acknowledge(id, []);
  },
  say: (application, _connection, [, room, line]) => application.broadcast(room, 'news', line),
  ask: (application, connection, [, question]) =>
    application.ask(['ask', question], ASK_TIMEOUT, (answers) => connection.emit('asked', answers.length)),
};

export const behaviours = new Map(Object.entries(handlers));
