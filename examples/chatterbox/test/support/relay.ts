import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A cable between a browser and the server that can be cut. */
export interface Relay {
  readonly url: string;
  /** Ends every connection, and each that is tried from now on. */
  cut(): void;
  mend(): void;
}

/** Starts a relay on a free port; it ends with the test. */
export async function startRelay(target: string): Promise<Relay> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let whole = true;
  const keep = (socket: Socket) => {
    sockets.add(socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket)));
    return socket;
  };
  const server = createServer((near) => {
    keep(near);
    if (!whole) {
      near.destroy();
      return;
    }
    const far = keep(connect(Number(port), hostname));
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  const cut = () => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  const mend = () => {
    whole = true;
  };
  await new Promise<void>((resolve) => server.listen(0, resolve));
  onTestFinished(() => {
    cut();
    server.close();
  });
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, cut, mend };
}
