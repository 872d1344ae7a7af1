import { createServer, IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { contract, listen, type Setup } from '@sio/conformance';
import { type PlainMount, socketio } from '@sio/core';
import { client09, client25, modernClients } from '@sio/test-kit';

/** An app on plain Node, whose middlewares are those of `io.engine.use`. */
async function startServer({ mounts, guard, tls }: Setup) {
  const httpServer = tls === undefined ? createServer() : createHttpsServer({ ...tls });
  httpServer.on('request', (req, res) => {
    if (req.url === '/hello') res.end('hello');
    else res.writeHead(404).end();
  });
  const all = mounts.map(({ prefix, namespaces, options }): PlainMount => {
    const mount = socketio(namespaces, { ...options, path: `${prefix}/socket.io` }).attach(httpServer);
    mount.io.engine.use((req, res, next) => {
      const verdict = guard?.(req.headers);
      if (verdict === undefined) next();
      else res.writeHead(verdict.status, verdict.headers).end(verdict.body);
    });
    return mount;
  });
  const url = await listen(httpServer);
  const drained = mounts.some(({ options }) => options?.drain !== undefined);
  const close = async () => {
    // No framework tells plain Node that it closes: its people say so themselves.
    if (drained) await Promise.all(all.map(({ io }) => io.drain({ jitter: 0 })));
    await Promise.all(all.map((mount) => mount.close()));
  };
  return { url, httpServer, io: all[0]!.io, close };
}

const noSession = 'plain Node has no session';
const noFramework = 'on plain Node no request passes a framework';

contract(startServer, {
  name: 'plain Node',
  clients: [...modernClients, client25, client09],
  isRequest: (request: unknown) => request instanceof IncomingMessage,
  optOut: {
    'sets the session cookie with the first answer': noSession,
    'shows handlers the session, as HTTP requests have changed it meanwhile': noSession,
    'shows HTTP requests what a handler has changed in the session': noSession,
    'lets a logout during a held poll be a logout': noSession,
    "asks a guard about handshakes alone with establishedRequests: 'direct'": noFramework,
    'shows handlers the login session where requests of open sessions go past the framework': noFramework,
    'leads requests that name no open session, or come to another path, through the framework': noFramework,
    'leads the polls of a foreign page through the framework, which may have to allow its origin': noFramework,
    'sends the CORS headers of the option cors past the framework, too': noFramework,
    'asks the framework about a host that allowedHosts does not list': noFramework,
    'takes messages from behind body parsers': 'plain Node has no body parsers',
  },
});
