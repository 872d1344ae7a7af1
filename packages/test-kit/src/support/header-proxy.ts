import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * A way to an HTTP server that adds headers to every request, upgrades included: for clients that cannot be told to, as browsers
 * send cookies for them. It ends with the test.
 *
 * @param target such as `http://127.0.0.1:41233`
 * @returns the URL to use instead
 */
export async function addHeaders(target: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((req, res) => {
    const forward = request(target + req.url, { method: req.method, headers: { ...req.headers, ...headers } });
    forward.on('response', (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    forward.on('error', () => res.destroy());
    res.on('close', () => forward.destroy());
    req.pipe(forward);
  });
  server.on('upgrade', (req, socket: Socket, head) => {
    const forward = request(target + req.url, { headers: { ...req.headers, ...headers } });
    forward.on('upgrade', (answer, other, first) => {
      const lines = answer.rawHeaders.flatMap((name, i, all) => (i % 2 === 0 ? [`${name}: ${all[i + 1]}`] : []));
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
      socket.write(first);
      other.write(head);
      socket.pipe(other).pipe(socket);
      for (const end of [socket, other]) end.on('error', () => {}).on('close', () => void [socket, other].map(destroy));
    });
    forward.on('response', () => socket.destroy()).on('error', () => socket.destroy());
    forward.end();
  });
  server.on('connection', (socket) => sockets.add(socket.once('close', () => sockets.delete(socket))));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return listening(server);
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function destroy(socket: { destroy(): unknown }): void {
  socket.destroy();
}
