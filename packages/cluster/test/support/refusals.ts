import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { createServer } from 'node:tls';
import { type Cluster, type ClusterEngine, cluster, emitter } from '@sio/cluster';
import { Server } from '@sio/core';
import { certificate } from '@sio/test-kit';
import { expect, onTestFinished } from 'vitest';
import { becomes } from './nodes.js';

/** A way in which a broker refuses a server, until its settings change. */
export interface Refusal {
  /** Such as `a wrong password`. */
  readonly title: string;
  /** Prepares the broker where need be. */
  engine(url: string): ClusterEngine | Promise<ClusterEngine>;
  /** Matches the reason. */
  readonly says: RegExp;
  /** Changes the broker's settings, so that the server is no longer refused. */
  heal?(url: string): Promise<unknown>;
}

/** Counts what an engine tries. */
class Attempts extends EventEmitter {
  #count = 0;

  watch({ open, ...engine }: ClusterEngine): ClusterEngine {
    const tried = () => {
      this.#count++;
      this.emit('tried');
    };
    return {
      ...engine,
      open(events) {
        const failed = (error: unknown) => {
          events.failed(error);
          tried();
        };
        const link = open({ message: (...message) => events.message(...message), failed });
        return Object.assign(Object.create(link) as typeof link, {
          publish(topic: string, payload: Buffer) {
            queueMicrotask(tried);
            return link.publish(topic, payload);
          },
          connected: () => link.connected(),
          subscribe: (topic: string) => link.subscribe(topic),
          unsubscribe: (topic: string) => link.unsubscribe(topic),
          close: () => link.close(),
        });
      },
    };
  }

  /** Resolves when so many more have failed. */
  async more(count: number): Promise<void> {
    const goal = this.#count + count;
    while (this.#count < goal) await once(this, 'tried');
  }
}

/** A server that is refused tells its user why, once, and goes on; so does a process without a server. */
export async function refuses({ engine, says, heal }: Refusal, url: string): Promise<void> {
  const attempts = new Attempts();
  const logged: unknown[] = [];
  const log = () => {};
  const error = (details: unknown, text?: string) => logged.push({ details, text });
  const made = await engine(url);
  const times = { canaryInterval: 200, canaryTimeout: 400 };
  const adapter = cluster(attempts.watch(made), { prefix: 'refused', ...times });
  const io = new Server({ adapter, logger: { error, warn: log, info: log, debug: log } });
  onTestFinished(() => io.close());
  const own = io.cluster as Cluster;
  const [reason] = (await once(own, 'failed')) as [Error];
  expect(String(reason)).toMatch(says);
  const told: Error[] = [];
  own.on('failed', (again) => told.push(again));
  await attempts.more(5);
  expect(told).toEqual([]);
  expect(own.reason).toBe(reason);
  expect(own.state).toBe('down');
  const text = expect.stringContaining(`refuses this process: ${reason.message}`);
  const err = expect.objectContaining({ message: text, cause: reason });
  expect(logged).toEqual([{ details: expect.objectContaining({ err }), text: expect.any(String) }]);

  const heard: Error[] = [];
  const out = emitter(made, { prefix: 'refused', connectTimeout: 500, failed: (each) => heard.push(each) });
  out.emit('news');
  const lost = (await out.flush().catch((failure: unknown) => failure)) as Error;
  await out.close().catch(() => {});
  expect(lost).toBeInstanceOf(Error);
  expect(`${lost} ${lost.cause}`).toMatch(says);
  expect(heard.map(({ message }) => message)).toEqual([reason.message]);

  if (heal === undefined) return;
  await heal(url);
  await becomes(own, 'up');
  expect(own.reason).toBeUndefined();
}

/** TLS in front of a broker, with a self-signed certificate. Resolves with its port. */
export async function startTls(url: string): Promise<number> {
  const target = Number(new URL(url).port);
  const proxy = createServer(certificate(), (socket) => {
    socket.on('error', () => {});
    socket.pipe(connect(target, '127.0.0.1').on('error', () => {})).pipe(socket);
  });
  proxy.on('tlsClientError', () => {});
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  return (proxy.address() as { port: number }).port;
}

/** A URL with other parts. */
export function changed(url: string, parts: Partial<URL>): string {
  return Object.assign(new URL(url), parts).href;
}
