import { once } from 'node:events';
import http from 'node:http';
import { closedSocket, echo, listenOnPort, open, RawTcpClient, refusal, upgradeLines } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { attachToServer, HANDLED, type MountOptions, NEXT } from '../../src/mount.js';
import { EchoEndpoint, text } from './support/echo-endpoint.js';

async function attachEcho(listener?: http.RequestListener, options: MountOptions = {}) {
  const endpoint = new EchoEndpoint();
  const server = http.createServer();
  if (listener) server.on('request', listener);
  const detach = attachToServer(server, endpoint, options);
  onTestFinished(detach);
  const port = await listenOnPort(server);
  return { endpoint, server, port, detach, url: `ws://127.0.0.1:${port}/socket.io/`, web: `http://127.0.0.1:${port}` };
}

const body = async (url: string) => (await fetch(url)).text();

describe('an endpoint attached to a plain server', () => {
  test('takes its requests and upgrades in front of the listeners that are there', async () => {
    const { url, web } = await attachEcho((_req, res) => void res.end('app'));
    expect(await body(`${web}/socket.io/?a=1`)).toBe('GET /socket.io/ a=1');
    expect(await body(`${web}/page`)).toBe('app');
    expect(await echo((await open(url)).ws, 'x')).toBe('x');
  });

  test('takes them in front of listeners that come later', async () => {
    const { server, url, web } = await attachEcho();
    server.on('request', (_req, res) => void res.end('app'));
    const others = new WebSocketServer({ server, path: '/other' });
    onTestFinished(() => others.close());
    others.on('connection', (ws) => ws.on('message', () => ws.send('neighbour')));
    expect(await body(`${web}/socket.io/`)).toBe('GET /socket.io/ ');
    expect(await body(`${web}/page`)).toBe('app');
    expect(await echo((await open(url)).ws, 'x')).toBe('x');
    expect(await echo((await open(url.replace('socket.io/', 'other'))).ws, 'x')).toBe('neighbour');
  });

  test('answers 404 for the rest when no other listener is there', async () => {
    const { web } = await attachEcho();
    expect((await fetch(`${web}/page`)).status).toBe(404);
  });

  test('passes on what the endpoint declines', async () => {
    const { web, server, url, endpoint } = await attachEcho((_req, res) => void res.end('app'));
    expect(await body(`${web}/socket.io/stranger`)).toBe('app');
    const others = new WebSocketServer({ server });
    onTestFinished(() => others.close());
    others.on('connection', (ws) => ws.on('message', () => ws.send('neighbour')));
    endpoint.answer = () => NEXT;
    expect(await echo((await open(url)).ws, 'x')).toBe('neighbour');
  });

  test('refuses with the status, headers and text of the reply, and closes', async () => {
    const { url, endpoint } = await attachEcho();
    endpoint.answer = () => ({ ...text(403, 'not\nfrom there'), headers: { 'X-Why': 'a\r\nX-Injected: 1' } });
    const answer = await refusal(url);
    expect(answer).toMatchObject({ status: 403, body: 'not\nfrom there' });
    expect(answer.headers).toMatchObject({ connection: 'close', 'x-why': 'a  X-Injected: 1' });
    expect(endpoint.settled).toEqual([true]);
  });

  test('closes a refused connection whose client keeps its half open and keeps sending', async () => {
    const { port, server, endpoint } = await attachEcho();
    endpoint.answer = () => text(400, 'no');
    const connection = once(server, 'connection');
    const client = new RawTcpClient(port, { allowHalfOpen: true });
    client.send(...upgradeLines('/socket.io/')).socket.write('x'.repeat(100_000));
    const [socket] = await connection;
    await closedSocket(socket);
    await client.until('400 Bad Request');
  });

  test("puts the reply's headers on the 101", async () => {
    const { url, endpoint } = await attachEcho();
    endpoint.answer = () => ({ status: 101, headers: { 'Set-Cookie': ['a=1', 'b=2'] }, body: '' });
    expect((await open(url)).head.headers['set-cookie']).toEqual(['a=1', 'b=2']);
  });

  test('makes a response object for an upgrade as soon as the endpoint wants one', async () => {
    const { url, endpoint } = await attachEcho();
    endpoint.answer = ({ res }) => {
      res.setHeader('X-From', 'middleware');
      return { status: 101, headers: { 'X-And': 'reply' }, body: '' };
    };
    const { ws, head } = await open(url);
    expect(head.headers).toMatchObject({ 'x-from': 'middleware', 'x-and': 'reply' });
    expect(await echo(ws, 'x')).toBe('x');
    expect(endpoint.settled).toEqual([true]);
  });

  test("lets the endpoint's own middleware answer an upgrade", async () => {
    const { url, endpoint } = await attachEcho();
    endpoint.answer = ({ res }) => {
      res.writeHead(418).end('teapot');
      return HANDLED;
    };
    expect(await refusal(url)).toMatchObject({ status: 418, body: 'teapot' });
  });

  test('answers a request or upgrade at which the endpoint fails with 500, and reports the failure', async () => {
    const { url, web, endpoint } = await attachEcho();
    const warnings: string[] = [];
    const note = (warning: Error) => warnings.push(warning.message);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    endpoint.answer = () => {
      throw new Error('at once');
    };
    expect((await refusal(url)).status).toBe(500);
    endpoint.answer = async () => Promise.reject(new Error('later'));
    expect((await refusal(url)).status).toBe(500);
    expect((await fetch(`${web}/socket.io/`)).status).toBe(500);
    expect(warnings).toEqual(['at once', 'later', 'later']);
  });

  test('refuses an upgrade that the endpoint does not answer in time', async () => {
    const { url, endpoint } = await attachEcho(undefined, { handshakeTimeout: 40 });
    endpoint.answer = () => new Promise(() => {});
    expect((await refusal(url)).status).toBe(503);
    expect(endpoint.settled).toEqual([false]);
  });

  test('destroys an upgrade that is pipelined behind an unanswered request', async () => {
    const { port, endpoint } = await attachEcho(() => {});
    const client = new RawTcpClient(port);
    client.send('GET /slow HTTP/1.1', 'Host: localhost').send(...upgradeLines('/socket.io/'));
    expect(await client.closed()).toBe('');
    expect(endpoint.exchanges).toHaveLength(0);
  });

  test('survives a client that resets the connection while the endpoint decides', async () => {
    const { port, endpoint, url } = await attachEcho();
    let decide: () => void = () => {};
    endpoint.answer = () => new Promise((resolve) => (decide = () => resolve({ status: 101, headers: {}, body: '' })));
    const client = new RawTcpClient(port).send(...upgradeLines('/socket.io/'));
    await expect.poll(() => endpoint.exchanges.length).toBe(1);
    const { socket } = endpoint.exchanges[0]!.req;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    client.socket.resetAndDestroy();
    await closed;
    decide();
    endpoint.answer = undefined;
    expect(await echo((await open(url)).ws, 'x')).toBe('x');
    expect(endpoint.settled).toEqual([false, true]);
  });

  test('leaves nothing behind when it is removed', async () => {
    const { server, detach, web } = await attachEcho((_req, res) => void res.end('app'));
    detach();
    expect(await body(`${web}/socket.io/`)).toBe('app');
    expect(Object.hasOwn(server, 'emit')).toBe(false);
    expect(server.listenerCount('upgrade')).toBe(0);
  });

  test('stays when the server closes and listens again', async () => {
    const { server } = await attachEcho();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    const port = await listenOnPort(server);
    expect(await body(`http://127.0.0.1:${port}/socket.io/`)).toBe('GET /socket.io/ ');
  });
});
