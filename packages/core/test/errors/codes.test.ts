import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type ClassError, Namespace, on, Server, socketio } from '@sio/core';
import { fetchAnswer, type Running, startServer } from '@sio/test-kit';
import { io as connectTo } from 'socket.io-client-4.8';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

/** The context that listeners of `connection_error` get for a request like this. */
async function toldOf(server: Running, query: string, headers: Readonly<Record<string, string>> = {}) {
  const told = once(server.io.engine, 'connection_error');
  const { status } = await fetchAnswer(`${server.url}/socket.io/?${query}`, { headers });
  const [{ code, context }] = (await told) as [{ code: number; context: { name: string } }];
  return { code, name: context.name, status };
}

async function session({ url }: Running): Promise<string> {
  const { body } = await fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling`);
  return (JSON.parse(body.slice(1)) as { sid: string }).sid;
}

describe('a listener for refused requests is told', () => {
  it('FORBIDDEN_ORIGIN of pages that may not come', async () => {
    const server = await startServer();
    expect(await toldOf(server, 'EIO=4&transport=polling', { origin: 'https://elsewhere.example' })).toEqual({
      code: 4,
      name: 'FORBIDDEN_ORIGIN',
      status: 403,
    });
  });

  it('INVALID_ORIGIN of an Origin that could break a header', async () => {
    // Otherwise Node itself refuses such requests.
    const http = createServer({ insecureHTTPParser: true });
    const io = new Server(http, { allowedOrigins: '*' });
    onTestFinished(() => io.close());
    await once(http.listen(0, '127.0.0.1'), 'listening');
    const told = once(io.engine, 'connection_error');
    const socket = connect((http.address() as AddressInfo).port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write('GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nOrigin: http://\u0001\r\n\r\n');
    expect((await told)[0]).toMatchObject({ code: 3, context: { name: 'INVALID_ORIGIN' } });
  });

  it('PROTOCOL_MISMATCH of a session that speaks another protocol version', async () => {
    const server = await startServer();
    const sid = await session(server);
    expect(await toldOf(server, `EIO=3&transport=polling&sid=${sid}`)).toEqual({
      code: 3,
      name: 'PROTOCOL_MISMATCH',
      status: 400,
    });
  });

  it('SERVER_CLOSING of handshakes that come too late', async () => {
    const server = await startServer();
    server.io.engine.close();
    expect(await toldOf(server, 'EIO=4&transport=polling')).toEqual({
      code: 4,
      name: 'SERVER_CLOSING',
      status: 403,
    });
  });
});

describe('a listener for refused requests of a busy server is told', () => {
  it('SERVER_DRAINING while it empties itself, and clients when to come again', async () => {
    const server = await startServer();
    const socket = connectTo(server.url, { transports: ['websocket'], forceNew: true, reconnection: false });
    onTestFinished(() => void socket.disconnect());
    await new Promise<void>((resolve) => void socket.once('connect', resolve));
    const drained = server.io.drain({ deadline: 10_000, jitter: 10_000, retryAfter: 7 });
    const told = once(server.io.engine, 'connection_error');
    const { status, headers } = await fetchAnswer(`${server.url}/socket.io/?EIO=4&transport=polling`);
    expect([status, headers['retry-after']]).toEqual([503, '7']);
    expect((await told)[0]).toMatchObject({ code: 4, context: { name: 'SERVER_DRAINING' } });
    socket.disconnect();
    await drained;
  });

  it('TOO_MANY_CONNECTIONS of an address that has as many as it may', async () => {
    const server = await startServer({ maxConnectionsPerAddress: 1 });
    await session(server);
    expect(await toldOf(server, 'EIO=4&transport=polling')).toEqual({
      code: 4,
      name: 'TOO_MANY_CONNECTIONS',
      status: 429,
    });
  });
});

describe('the details of an end have the code', () => {
  it.each<[string, (ws: WebSocket) => void]>([
    ['bad_packet', (ws) => ws.send('z')],
    ['out_of_turn', (ws) => ws.send('42/elsewhere,["hi"]')],
    ['connection_lost', (ws) => ws.terminate()],
    ['closed_by_client', (ws) => ws.close(1000)],
    ['client_left', (ws) => ws.send('41')],
    // A text frame that the client has not masked breaks the protocol of WebSockets.
    ['transport_error', (ws) => (ws as unknown as { _socket: Socket })._socket.write(Buffer.of(0x81, 0x01, 0x78))],
  ])('%s', async (code, end) => {
    const server = await startServer();
    const arrival = once(server.io as never, 'connection');
    const ws = new WebSocket(`${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    onTestFinished(() => ws.terminate());
    ws.on('error', () => {});
    await once(ws, 'open');
    ws.send('40');
    const [socket] = await arrival;
    const gone = once(socket, 'disconnect');
    end(ws);
    expect((await gone)[2]).toMatchObject({ code });
  });
});

/** The code with which a class is refused. */
function codeOf(register: () => unknown): string | undefined {
  try {
    register();
  } catch (error) {
    return (error as ClassError).code;
  }
  return undefined;
}

describe('an invalid class is refused when it is registered, with', () => {
  it.each<[string, () => unknown]>([
    ['SIO_CLASS_NOT_A_NAMESPACE', () => socketio({ '/': class {} as never })],
    [
      'SIO_CLASS_DUPLICATE_EVENT',
      () =>
        socketio({
          '/': class extends Namespace {
            onChat() {}
            on_chat() {}
          },
        }),
    ],
    [
      'SIO_CLASS_SHADOWED_MEMBER',
      () =>
        socketio({
          '/': class extends Namespace {
            // @ts-expect-error the compiler sees it as well
            rooms() {}
          },
        }),
    ],
    [
      'SIO_CLASS_HOOK',
      () =>
        socketio({
          '/': class extends Namespace {
            on_connect() {}
          },
        }),
    ],
    [
      'SIO_CLASS_HANDLER',
      () =>
        socketio({
          '/': class extends Namespace {
            static events = { hi: 'noSuchMethod' };
          },
        }),
    ],
    [
      'SIO_CLASS_SCHEMA',
      () =>
        socketio({
          '/': class extends Namespace {
            @on('hi', {} as never)
            greet() {}
          },
        }),
    ],
    [
      'SIO_CLASS_UNKNOWN_EVENT',
      () =>
        socketio({
          '/': class extends Namespace {
            static acl = ['lgoin'];
            onLogin() {}
          },
        }),
    ],
    [
      'SIO_CLASS_LIMITS',
      () =>
        socketio({
          '/': class extends Namespace {
            static limits = { login: { burst: 0, perSecond: 1 } };
            onLogin() {}
          },
        }),
    ],
    ['SIO_CLASS_ROUTE', () => socketio({ '/orders/:': class extends Namespace {} })],
  ])('%s', (code, register) => {
    expect(codeOf(register)).toBe(code);
  });
});

describe('a client is told', () => {
  class Chat extends Namespace {
    onSay() {}
  }

  function client(url: string) {
    const socket = connectTo(url, { transports: ['websocket'], forceNew: true, reconnection: false });
    onTestFinished(() => void socket.disconnect());
    return socket;
  }

  it('unallowed_event_name of an event without a letter or digit, no_such_method of one without a method', async () => {
    const { url } = await startServer({ namespaces: { '/': Chat } });
    const socket = client(url);
    expect(await socket.emitWithAck('!?')).toMatchObject({ error: { name: 'unallowed_event_name' } });
    expect(await socket.emitWithAck('constructor')).toMatchObject({ error: { name: 'no_such_method' } });
  });

  it('Invalid namespace where there is none, and a client of 0.9 no_such_namespace', async () => {
    const { url } = await startServer({ namespaces: { '/': Chat } });
    const refused = new Promise<Error>((resolve) => client(`${url}/nowhere`).once('connect_error', resolve));
    expect((await refused).message).toBe('Invalid namespace');
    const { body } = await fetchAnswer(`${url}/socket.io/1/`);
    const polling = `${url}/socket.io/1/xhr-polling/${body.split(':')[0]}`;
    await fetchAnswer(polling);
    await fetchAnswer(polling, { method: 'POST', body: '1::/nowhere' });
    expect((await fetchAnswer(polling)).body).toContain('"args":["no_such_namespace","Invalid namespace"]');
  });
});
