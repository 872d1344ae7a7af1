import { ASK_TIMEOUT, LINE } from '../handlers.mjs';

const EVENT = 2;
const ACK = 3;

/** The least check that keeps a wrong order out. @param {any} order */
const checked = ({ article, quantity, express }) =>
  typeof article === 'string' &&
  article.length <= 40 &&
  Number.isInteger(quantity) &&
  quantity > 0 &&
  typeof express === 'boolean'
    ? quantity
    : { error: 'invalid' };

/** The behaviours of `handlers.mjs` on the minimal server, by event. @type {Record<string, import('./application.mjs').Handler>} */
export const behaviours = {
  echo: (_application, connection, [, value], id) => connection.send(ACK, [value], id),
  order: (_application, connection, [, value], id) => connection.send(ACK, [checked(value)], id),
  binary: (_application, connection, [, bytes]) => connection.send(EVENT, ['binary', bytes]),
  burst(_application, connection, [, count]) {
    for (let i = 0; i < count; i++) connection.send(EVENT, ['burst', i, LINE]);
  },
  broadcast: (application, _connection, [, line]) => application.broadcast(null, ['news', line]),
  join(application, connection, [, room], id) {
    application.joinRoom(connection, room);
    connection.send(ACK, [], id);
  },
  say: (application, _connection, [, room, line]) => application.broadcast(room, ['news', line]),
  ask: (application, connection, [, question]) =>
    application.ask(['ask', question], ASK_TIMEOUT, (answers) => connection.send(EVENT, ['asked', answers.length])),
};
