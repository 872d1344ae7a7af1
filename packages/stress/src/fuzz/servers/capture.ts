import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { textOf } from '../bytes.js';
import { APPS } from './apps.js';
import { WAYS } from './bystander.js';

/** The traffic of one TCP connection: the client's chunks, and between them where the server had its say. */
interface Recording {
  readonly chunks: (Buffer | 'answer')[];
}

/** Lets each official client have a short conversation over each transport. @returns them as inputs, by client */
export async function capture(): Promise<Record<string, string>> {
  const app = await APPS['plain Node']({});
  app.http.listen(0, '127.0.0.1');
  await once(app.http, 'listening');
  const captured: Record<string, string> = {};
  for (const [name, come] of WAYS) {
    const recordings: Recording[] = [];
    const proxy = net.createServer((client) => recordings.push(record(client, app.http.address() as AddressInfo)));
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const { socket, leave } = come(`http://127.0.0.1:${port}`);
    await new Promise<void>((resolve) => socket.on('connect', resolve));
    await new Promise<unknown>((resolve) => socket.emit('ask', { é: [1, null] }, resolve));
    socket.emit('say', 'hello');
    await new Promise<unknown>((resolve) => socket.emit('ask', 2, resolve));
    const sids = [...app.io.engine.clients.keys()];
    leave();
    proxy.close();
    captured[name] = recordings.map(inputOf).join('<new>').replaceAll(`127.0.0.1:${port}`, 'localhost');
    for (const sid of sids) captured[name] = (captured[name] as string).replaceAll(sid, markFor(name));
  }
  await app.close();
  return captured;
}

function markFor(name: string): string {
  return name.startsWith('4') ? '<sid4>' : name.startsWith('2') ? '<sid3>' : '<sid09>';
}

function record(client: Socket, { port }: AddressInfo): Recording {
  const chunks: Recording['chunks'] = [];
  const server = net.connect(port, '127.0.0.1');
  client.on('data', (chunk: Buffer) => void chunks.push(chunk));
  server.on('data', () => void (chunks.at(-1) !== 'answer' && chunks.push('answer')));
  for (const end of [client, server]) end.on('error', () => end.destroy());
  client.pipe(server).pipe(client);
  return { chunks };
}

function inputOf({ chunks }: Recording): string {
  let upgraded = false;
  return chunks
    .map((chunk) => {
      if (chunk === 'answer') return '<wait>';
      if (upgraded) return framesOf(chunk);
      const text = textOf(chunk);
      upgraded = /^upgrade: websocket/im.test(text);
      return text.replace(/^(content-length): \d+/im, '$1: <len>');
    })
    .join('');
}

/** Frames that a client has sent in one chunk, short ones all, without their masks. */
function framesOf(chunk: Buffer): string {
  let text = '';
  for (let at = 0; at + 6 <= chunk.length; ) {
    const size = (chunk[at + 1] as number) & 0x7f;
    const mask = chunk.subarray(at + 2, at + 6);
    const payload = chunk.subarray(at + 6, at + 6 + size).map((byte, i) => byte ^ (mask[i % 4] as number));
    text += `<frame ${chunk.toString('hex', at, at + 1)}>${textOf(payload)}`;
    at += 6 + size;
  }
  return text;
}
