import { Application } from './application.mjs';
import { behaviours } from './behaviours.mjs';
import { Connection } from './connection.mjs';
import { Deadlines } from './deadlines.mjs';
import { flushSoon } from './flusher.mjs';
import { answer, POLLED, POSTED, PollingWire, SEPARATOR } from './polling-wire.mjs';

const PATH = '/socket.io/?';
const PING_INTERVAL = 25_000;
const PING_TIMEOUT = 20_000;
const PING = '2';
const PROBE = '2probe';
const PROBED = '3probe';
const UPGRADE = '5';

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */
/** @typedef {import('node:net').Socket} Socket */
/** @typedef {import('./connection.mjs').Wire} Wire */

/** Takes what comes over a WebSocket. @typedef {{ receiveText(text: string): void, receiveBytes(bytes: Buffer): void, lost(): void }} Receiver */
/** Answers an upgrade. @typedef {(request: Request, socket: Socket, head: Buffer, opened: (wire: Wire) => void) => void} Accept */

/**
 * The floors: Engine.IO 4 and Socket.IO 5 with about the least work that their rules allow on Node's `http` and `net`. One
 * receives with `ws`, the other with its own frame reader (`own-websocket.mjs`). They have what the protocols demand (random ids,
 * heartbeats, limits, UTF-8 and JSON checks, the upgrade), the main namespace, and the behaviours that are measured. They have no options, middlewares, other namespaces, versions or parsers.
 *
 * Why it is cheap:
 * - Frames are built as text in which one character is one byte, header and payload together. Joining such strings costs next to
 *   nothing, and Node hands them to the kernel without a Buffer in between (`frame-output.mjs`).
 * - All that one connection sends during one turn of the event loop is one write. All writes come after everything that has arrived is
 *   read, since each wakes a client (`flusher.mjs`).
 * - The answer to a poll or post is one string, head and body (`polling-wire.mjs`).
 * - A broadcast is encoded and framed once (`application.mjs`).
 * - Deadlines are a list and one timer, not a timer per connection (`deadlines.mjs`).
 * - A connection is one object of one shape; sets and lists are made when they are needed (`connection.mjs`).
 * - Nothing is made per packet except the packet.
 */
export class Engine {
  #pings = new Deadlines(PING_INTERVAL, (connection) => {
    connection.wire?.send(PING);
    this.#pongs.set(connection);
  });
  #pongs = new Deadlines(PING_TIMEOUT, (connection) => this.close(connection));
  application = new Application(behaviours);
  /** @type {Map<string, Connection>} */
  #sessions = new Map();
  #settings;
  #accept;

  /**
   * @param {import('node:http').Server} http
   * @param {import('../../types.d.ts').ServerSettings} settings
   * @param {Accept} accept
   */
  constructor(http, settings, accept) {
    this.#settings = settings;
    this.#accept = accept;
    http.on('request', (request, response) => this.#onRequest(request, response));
    http.on('upgrade', (request, socket, head) => this.#onUpgrade(request, /** @type {any} */ (socket), head));
  }

  /** @param {Connection} connection */
  close(connection) {
    if (!this.#sessions.delete(connection.sid)) return;
    this.#pings.clear(connection);
    this.#pongs.clear(connection);
    this.application.leave(connection);
    connection.wire?.close();
    connection.wire = null;
  }

  /** @param {Connection} connection */
  onPong(connection) {
    this.#pongs.clear(connection);
    this.#pings.set(connection);
  }

  /** @param {Request} request @param {Wire} wire @param {string} upgrades @returns {string} the greeting */
  #open(request, wire, upgrades) {
    const { maxPayload, releaseRequest } = this.#settings;
    const connection = new Connection(this, releaseRequest ? null : request);
    connection.wire = wire;
    wire.receiver = connection;
    this.#sessions.set(connection.sid, connection);
    this.#pings.set(connection);
    return (
      `0{"sid":"${connection.sid}","upgrades":[${upgrades}],"pingInterval":${PING_INTERVAL},` +
      `"pingTimeout":${PING_TIMEOUT},"maxPayload":${maxPayload}}`
    );
  }

  /** @param {Request} request @param {Response} response */
  #onRequest(request, response) {
    const url = request.url ?? '';
    const sid = queryValue(url, 'sid');
    const connection = this.#sessions.get(sid);
    if (!isOurs(url, 'polling')) refuse(response, 400);
    else if (sid === '' && request.method === 'GET')
      answer(response, POLLED, this.#open(request, new PollingWire(), '"websocket"'));
    else if (!(connection?.wire instanceof PollingWire)) refuse(response, 400);
    else if (request.method === 'POST') this.#onPost(connection, request, response);
    else if (!connection.wire.poll(response)) {
      refuse(response, 400);
      this.close(connection);
    }
  }

  /** @param {Connection} connection @param {Request} request @param {Response} response */
  #onPost(connection, request, response) {
    if (Number(request.headers['content-length']) > this.#settings.maxPayload) return refuse(response, 413);
    /** @type {Buffer[]} */
    const chunks = [];
    let length = 0;
    request.on('data', (/** @type {Buffer} */ chunk) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > this.#settings.maxPayload) request.destroy();
    });
    request.on('end', () => {
      // At the end of the turn: until then no client is woken.
      flushSoon({ flush: () => answer(response, POSTED, 'ok') });
      const payload = (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)).toString();
      for (const packet of payload.includes(SEPARATOR) ? payload.split(SEPARATOR) : [payload]) {
        if (packet.charCodeAt(0) === 98) connection.receiveBytes(Buffer.from(packet.slice(1), 'base64'));
        else connection.receiveText(packet);
      }
    });
  }

  /** @param {Request} request @param {Socket} socket @param {Buffer} head */
  #onUpgrade(request, socket, head) {
    const url = request.url ?? '';
    const sid = queryValue(url, 'sid');
    const connection = this.#sessions.get(sid);
    if (!isOurs(url, 'websocket') || (sid !== '' && !connection))
      return void socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    this.#accept(request, socket, head, (wire) => {
      if (connection) wire.receiver = probe(connection, wire);
      else wire.send(this.#open(request, wire, ''));
    });
  }
}

/**
 * The client tries a WebSocket beside its polls; once it says so, what was polling goes on there.
 * @param {Connection} connection
 * @param {Wire} wire
 * @returns {Receiver}
 */
function probe(connection, wire) {
  const polling = connection.wire;
  return {
    receiveText(text) {
      const isPolling = polling instanceof PollingWire && connection.wire === polling;
      if (!isPolling || (text !== PROBE && text !== UPGRADE)) return wire.close();
      polling.release();
      if (text === PROBE) return wire.send(PROBED);
      connection.wire = wire;
      for (const packet of polling.takeQueue()) wire.send(packet);
      wire.receiver = connection;
    },
    receiveBytes: () => wire.close(),
    lost() {},
  };
}

/** One value of a query string: none of those that matter needs decoding. @param {string} url @param {string} name */
function queryValue(url, name) {
  const at = url.indexOf(`${name}=`);
  if (at === -1) return '';
  const end = url.indexOf('&', at);
  return url.slice(at + name.length + 1, end === -1 ? url.length : end);
}

/** @param {string} url @param {string} transport */
const isOurs = (url, transport) =>
  url.startsWith(PATH) && queryValue(url, 'EIO') === '4' && queryValue(url, 'transport') === transport;

/** @param {Response} response @param {number} status */
const refuse = (response, status) => void response.writeHead(status, ['Content-Length', '0']).end();
