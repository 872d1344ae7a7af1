import { WebSocket } from 'ws';
import { HttpConnection } from './http.mjs';
import { tellUnexpectedEnd, WebSocketClient } from './websocket.mjs';

/** How often (ms) clients of Engine.IO 3 send their heartbeat. */
const HEARTBEAT = 15_000;
const NEWS = '"news"';

/**
 * Opens a client that only listens, and resolves once it is in the main namespace.
 * @typedef {(port: number, onNews: () => void) => Promise<unknown>} Join
 */

/** @type {Join} */
const eio4WebSocket = (port, onNews) => new WebSocketClient(port, onNews).joined;

/** @type {Join} It joins unasked, and heartbeats are the client's. */
const eio3WebSocket = (port, onNews) =>
  open(`ws://127.0.0.1:${port}/socket.io/?EIO=3&transport=websocket`, (text, joined, socket) => {
    if (text.startsWith('42')) onNews();
    else if (text === '40') {
      joined();
      setInterval(() => socket.send('2'), HEARTBEAT).unref();
    }
  });

/** @type {Join} */
async function legacyWebSocket(port, onNews) {
  const sid = await legacyHandshake(new HttpConnection(port, tellUnexpectedEnd), port);
  return open(`ws://127.0.0.1:${port}/socket.io/1/websocket/${sid}`, (text, joined, socket) => {
    if (text.startsWith('5')) onNews();
    else if (text.startsWith('1')) joined();
    else if (text.startsWith('2')) socket.send('2::');
  });
}

/**
 * @param {string} url
 * @param {(text: string, joined: (value?: unknown) => void, socket: WebSocket) => void} onMessage
 */
function open(url, onMessage) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    socket.on('error', reject);
    socket.on('close', () => tellUnexpectedEnd(new Error('the server closed the connection')));
    socket.on('message', (data) => onMessage(String(data), resolve, socket));
  });
}

/** @type {Join} */
const eio4Polling = (port, onNews) =>
  listenByPolling(port, onNews, {
    path: '/socket.io/?EIO=4&transport=polling',
    join: '40',
    ping: '2',
    pong: '3',
  });

/** @type {Join} */
const eio3Polling = (port, onNews) =>
  listenByPolling(port, onNews, { path: '/socket.io/?EIO=3&transport=polling', heartbeat: '1:2' });

/**
 * @param {number} port
 * @param {() => void} onNews
 * @param {{ path: string, join?: string, ping?: string, pong?: string, heartbeat?: string }} habits
 */
async function listenByPolling(port, onNews, { path, join, ping, pong = '', heartbeat }) {
  const [get, post] = [1, 2].map(() => new HttpConnection(port, tellUnexpectedEnd));
  const opened = await get.ask(getRequest(port, path));
  const sessionPath = `${path}&sid=${/"sid":"([\w-]+)"/.exec(opened)?.[1]}`;
  const say = (/** @type {string} */ body) => post.ask(postRequest(port, sessionPath, body));
  if (join) {
    await say(join);
    await get.ask(getRequest(port, sessionPath));
  }
  if (heartbeat) setInterval(() => say(heartbeat), HEARTBEAT).unref();
  pollOn(get, getRequest(port, sessionPath), (body) => {
    countNews(body, onNews);
    if (ping && body.split('\x1e').includes(ping)) void say(pong);
  });
}

/**
 * @param {number} port
 * @param {() => void} onNews
 */
async function legacyPolling(port, onNews) {
  const [get, post] = [1, 2].map(() => new HttpConnection(port, tellUnexpectedEnd));
  const path = `/socket.io/1/xhr-polling/${await legacyHandshake(get, port)}?t=1`;
  await get.ask(getRequest(port, path));
  pollOn(get, getRequest(port, path), (body) => {
    countNews(body, onNews);
    if (body.includes('2::') && !body.includes(NEWS)) void post.ask(postRequest(port, path, '2::'));
  });
}

/**
 * @param {HttpConnection} connection
 * @param {number} port
 */
async function legacyHandshake(connection, port) {
  return (await connection.ask(getRequest(port, '/socket.io/1/?t=1'))).split(':')[0];
}

/**
 * A poll is always open.
 * @param {HttpConnection} connection
 * @param {string} request
 * @param {(body: string) => void} onBody
 */
function pollOn(connection, request, onBody) {
  connection.send(request, (body) => {
    pollOn(connection, request, onBody);
    onBody(body);
  });
}

/**
 * @param {string} body
 * @param {() => void} onNews
 */
function countNews(body, onNews) {
  for (let at = body.indexOf(NEWS); at !== -1; at = body.indexOf(NEWS, at + NEWS.length)) onNews();
}

/**
 * @param {number} port
 * @param {string} path
 */
const getRequest = (port, path) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;

/**
 * @param {number} port
 * @param {string} path
 * @param {string} body
 */
const postRequest = (port, path, body) =>
  `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: text/plain;charset=UTF-8\r\n` +
  `Content-Length: ${body.length}\r\n\r\n${body}`;

/** Every sort of client, by name. @type {Map<string, Join>} */
export const listeners = new Map([
  ['4-websocket', eio4WebSocket],
  ['4-polling', eio4Polling],
  ['3-websocket', eio3WebSocket],
  ['3-polling', eio3Polling],
  ['0.9-websocket', legacyWebSocket],
  ['0.9-polling', legacyPolling],
]);
