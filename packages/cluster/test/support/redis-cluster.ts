import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Broker } from '@sio/test-kit/brokers';
import { accepts, freePort, isReady, tryPorts } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';

const run = promisify(execFile);

/** A process of Redis. */
export interface RedisProcess {
  readonly port: number;
  readonly isRunning: boolean;
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  start(): Promise<void>;
  /** Runs a command of `redis-cli`, and returns what it prints. */
  cli(...args: string[]): Promise<string>;
}

/** A Redis Cluster of the tests' own. As a broker, all of its nodes are killed, frozen and started again together. */
export interface RedisCluster extends Broker {
  readonly nodes: readonly RedisProcess[];
  /** The node that has the slot of a key. */
  masterOf(key: string): Promise<RedisProcess>;
  /** Kills the node that has the slot of a key, and puts its replica in its place, without asking the others. Resolves when all know it. */
  failOver(key: string): Promise<void>;
  /** Moves the slot of a key to another node, with all its keys. @param meanwhile runs when the slot is between the two. */
  moveSlot(key: string, to: RedisProcess, meanwhile?: () => Promise<unknown>): Promise<void>;
}

const MASTERS = 3;

/** Starts Redis processes, by default a Redis Cluster of three masters. @param replicas of each master */
export function startRedisCluster(replicas = 0): Promise<RedisCluster> {
  return tryPorts(() => startSomewhere(replicas));
}

async function startSomewhere(replicas: number): Promise<RedisCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'sio-redis-cluster-'));
  const nodes: RedisProcess[] = [];
  const close = async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    for (let n = 0; n < MASTERS * (1 + replicas); n++)
      nodes.push(await startRedisProcess(join(folder, String(n)), CLUSTERED));
    const [first] = nodes as [RedisProcess];
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    const replicated = ['--cluster-replicas', String(replicas), '--cluster-yes'];
    await first.cli('--cluster', 'create', ...addresses, ...replicated);
    await settled(nodes, replicas);
  } catch (error) {
    await close();
    throw error;
  }
  const all = (call: (node: RedisProcess) => unknown) => Promise.all(nodes.map(call)).then(() => {});
  const nodeOf = ([, port]: Address) => nodes.find((node) => node.port === port) as RedisProcess;
  const [first] = nodes as [RedisProcess];
  const shardOf = async (slot: number, node?: RedisProcess) => {
    const found = (await shardsAt(node ?? (await living(nodes)))).find(([from, to]) => slot >= from && slot <= to);
    if (found === undefined) throw new Error(`No node has slot ${slot}`);
    return found;
  };
  const slotOf = async (key: string) => Number(await (await living(nodes)).cli('CLUSTER', 'KEYSLOT', key));
  return {
    url: `redis://127.0.0.1:${first.port}`,
    nodes,
    masterOf: async (key) => nodeOf((await shardOf(await slotOf(key)))[2]),
    async failOver(key) {
      const slot = await slotOf(key);
      const [, , master, replica] = await shardOf(slot);
      if (replica === undefined) throw new Error(`Slot ${slot} has no replica`);
      await nodeOf(master).kill();
      await nodeOf(replica).cli('CLUSTER', 'FAILOVER', 'TAKEOVER');
      for (const node of nodes) {
        if (node === nodeOf(master)) continue;
        while ((await shardOf(slot, node))[2][1] !== replica[1])
          await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async moveSlot(key, to, meanwhile = async () => {}) {
      const slot = await slotOf(key);
      const [, , master] = await shardOf(slot);
      const from = nodeOf(master);
      const target = (await to.cli('CLUSTER', 'MYID')).trim();
      await to.cli('CLUSTER', 'SETSLOT', `${slot}`, 'IMPORTING', master[2]);
      await from.cli('CLUSTER', 'SETSLOT', `${slot}`, 'MIGRATING', target);
      const move = async () => {
        const keys = (await from.cli('CLUSTER', 'GETKEYSINSLOT', `${slot}`, '1000')).split('\n').filter(Boolean);
        if (keys.length > 0) await from.cli('MIGRATE', '127.0.0.1', `${to.port}`, '', '0', '5000', 'KEYS', ...keys);
        return keys.length;
      };
      await move();
      await meanwhile();
      while ((await move()) > 0);
      for (const node of [to, from]) await node.cli('CLUSTER', 'SETSLOT', `${slot}`, 'NODE', target);
    },
    kill: () => all((node) => node.kill()),
    stop: () => all((node) => node.kill()),
    freeze: () => void all((node) => node.signal('SIGSTOP')),
    thaw: () => void all((node) => node.signal('SIGCONT')),
    async restart() {
      await all((node) => node.isRunning || node.start());
      await settled(nodes, replicas);
    },
    // No program manages it.
    control: () => {},
    close,
  };
}

const CLUSTERED = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '60000'];

/** @param args further settings */
export async function startRedisProcess(folder: string, args: readonly string[] = []): Promise<RedisProcess> {
  mkdirSync(folder, { recursive: true });
  const [port, bus] = [await freePort(), await freePort()];
  const own = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--dir',
    folder,
    '--repl-diskless-sync-delay',
    '0',
  ];
  const clustered = args.includes('--cluster-enabled') ? ['--cluster-port', String(bus)] : [];
  let child: ChildProcess | undefined;
  const node: RedisProcess = {
    port,
    get isRunning() {
      return child !== undefined && child.exitCode === null && child.signalCode === null;
    },
    async start() {
      child = spawn(service('redis-server') as string, [...own, ...clustered, ...args], { stdio: 'ignore' });
      // Somebody else's Redis may have the port.
      const isOurs = async () => (await node.cli('CONFIG', 'GET', 'dir').catch(() => '')).includes(folder);
      if (await isReady(child, isOurs)) return;
      throw new Error(`Redis ended with ${child.exitCode ?? child.signalCode} before it took connections`);
    },
    async kill() {
      if (child === undefined || !node.isRunning) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
    signal: (name) => void child?.kill(name),
    async cli(...command) {
      const program = join(dirname(service('redis-server') as string), 'redis-cli');
      const { stdout } = await run(program, ['-p', String(port), ...command]);
      if (/^(ERR|CLUSTERDOWN) /.test(stdout)) throw new Error(stdout);
      return stdout;
    },
  };
  await node.start();
  return node;
}

async function living(nodes: readonly RedisProcess[]): Promise<RedisProcess> {
  for (const node of nodes) if (await accepts(node.port)) return node;
  throw new Error('No node lives');
}

/** Host, port and id. */
type Address = readonly [host: string, port: number, id: string];
type Shard = readonly [from: number, to: number, master: Address, replica?: Address];

/** The shards, as a node knows them. */
async function shardsAt(node: RedisProcess): Promise<readonly Shard[]> {
  return JSON.parse(await node.cli('--json', 'CLUSTER', 'SLOTS')) as Shard[];
}

/** Every node takes commands and knows all shards with their replicas. */
async function settled(nodes: readonly RedisProcess[], replicas: number): Promise<void> {
  const isSettled = async (node: RedisProcess) => {
    if (!node.isRunning) throw new Error('A node of Redis has ended');
    const info = await node.cli('CLUSTER', 'INFO').catch(() => '');
    if (!info.includes('cluster_state:ok') || !info.includes(`cluster_known_nodes:${nodes.length}`)) return false;
    const shards = await shardsAt(node);
    return (
      new Set(shards.map(([, , [, , id]]) => id)).size === MASTERS &&
      shards.every(({ length }) => length === 3 + replicas)
    );
  };
  for (const node of nodes) while (!(await isSettled(node))) await new Promise((resolve) => setTimeout(resolve, 20));
}
