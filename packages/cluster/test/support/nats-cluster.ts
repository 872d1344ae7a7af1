import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepts, freePort, isReady } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import { connect, type NatsConnection } from 'nats';

/** One nats-server of several, which may be killed and started again with its files. */
export interface NatsMember {
  readonly name: string;
  readonly url: string;
  kill(): Promise<void>;
  /** Starts it, unless it runs. */
  start(): Promise<void>;
}

/** Nats-servers that store streams together. */
export interface NatsCluster {
  readonly members: readonly NatsMember[];
  /** The member that leads a stream. */
  leaderOf(stream: string): Promise<NatsMember>;
  /** Resolves when every member has everything of every stream. */
  healthy(): Promise<void>;
  close(): Promise<void>;
}

const PAUSE = 100;

/** Starts three of them; its caller closes them. */
export async function startNatsCluster(): Promise<NatsCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'sio-nats-cluster-'));
  const names = ['one', 'two', 'three'];
  const routes: number[] = [];
  for (const _name of names) routes.push(await freePort());
  const members: NatsMember[] = [];
  for (const [n, name] of names.entries()) members.push(await memberOf(folder, name, routes[n] as number, routes));
  const close = async () => {
    await Promise.all(members.map((member) => member.kill()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const url = members.map((member) => member.url);
  /** Asks until there is an answer: JetStream may have no leader. */
  async function asked<Result>(ask: (connection: NatsConnection) => Promise<Result | undefined>): Promise<Result> {
    for (;;) {
      const result = await answerOf(url, ask);
      if (result !== undefined) return result;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
  const streamsOf = async (connection: NatsConnection) =>
    (await connection.jetstreamManager()).streams.list('sio.>').next();
  try {
    await Promise.all(members.map((member) => member.start()));
    await asked(streamsOf);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    members,
    close,
    leaderOf: (stream) =>
      asked(async (connection) => {
        const { streams } = await connection.jetstreamManager();
        const { cluster } = await streams.info(stream);
        return members.find(({ name }) => name === cluster?.leader);
      }),
    healthy: async () => {
      await asked(async (connection) => {
        const infos = await streamsOf(connection);
        const isWhole = infos.every(({ cluster }) => {
          const replicas = cluster?.replicas ?? [];
          return replicas.length === 2 && replicas.every(({ current, offline }) => current && offline !== true);
        });
        return isWhole ? true : undefined;
      });
    },
  };
}

async function answerOf<Result>(
  servers: string[],
  ask: (connection: NatsConnection) => Promise<Result | undefined>,
): Promise<Result | undefined> {
  try {
    const connection = await connect({ servers, reconnect: false });
    try {
      return await ask(connection);
    } finally {
      await connection.close();
    }
  } catch {
    return undefined;
  }
}

async function memberOf(folder: string, name: string, route: number, routes: readonly number[]): Promise<NatsMember> {
  const port = await freePort();
  const file = join(folder, `${name}.conf`);
  writeFileSync(
    file,
    `server_name: ${name}
host: "127.0.0.1"
port: ${port}
jetstream: { store_dir: "${join(folder, name)}" }
cluster: {
  name: sio
  listen: "127.0.0.1:${route}"
  routes: [${routes.map((each) => `"nats://127.0.0.1:${each}"`).join(', ')}]
}
`,
  );
  let child: ChildProcess | undefined;
  return {
    name,
    url: `nats://127.0.0.1:${port}`,
    async start() {
      if (child?.exitCode === null && child.signalCode === null) return;
      child = spawn(service('nats-server') as string, ['-c', file], { stdio: 'ignore' });
      if (await isReady(child, () => accepts(port))) return;
      throw new Error(`nats-server ended with ${child.exitCode ?? child.signalCode} before it took connections`);
    },
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
