import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accepts, freePort, isReady, tryPorts } from './programs.js';
import { type ServiceName, service } from './services.js';

/** A broker of the tests' own on a free port, which may be killed, frozen and started again on the same port. */
export interface Broker {
  /** Such as `redis://127.0.0.1:41233`. */
  readonly url: string;
  /** Ends it as a crash would. Resolves when it has ended. */
  kill(): Promise<void>;
  /** Ends it in good order (SIGTERM). Resolves when it has ended. */
  stop(): Promise<void>;
  /** Stops its process (SIGSTOP): connections stay open, and nothing is answered. */
  freeze(): void;
  /** Lets it go on. */
  thaw(): void;
  /** Starts it again on the same port. Resolves when it takes connections. */
  restart(): Promise<void>;
  /** Runs the program that manages it, if it has one: `rabbitmqctl`. */
  control(...args: string[]): void;
  /** Ends it and removes its files. */
  close(): Promise<void>;
}

/** The kinds of brokers that can be started. */
export type BrokerName = 'redis' | 'nats' | 'postgres' | 'rabbitmq' | 'kafka';

interface Recipe {
  readonly service: ServiceName;
  /** Whether it is there, where the service alone does not tell. */
  isThere?(): boolean;
  url(port: number): string;
  args(port: number, folder: string): readonly string[];
  /** @param spare two more free ports */
  env?(port: number, folder: string, spare: readonly [number, number]): Record<string, string>;
  prepare?(folder: string, port: number, spare: readonly [number, number]): void;
  /** In place of the service's own. */
  program?(): string | undefined;
  /** A program that has to run beside it. */
  companion?(spare: readonly [number, number]): readonly [string, ...string[]];
  /** A program that succeeds when the broker is ready, where connections are taken before. */
  isReady?(port: number): readonly [string, ...string[]];
  /** A program that manages it. */
  readonly control?: string;
  /** Postgres refuses to run as root. */
  readonly user?: string;
}

const RECIPES: Readonly<Record<BrokerName, Recipe>> = {
  redis: {
    service: 'redis-server',
    url: (port) => `redis://127.0.0.1:${port}`,
    args: (port, folder) => ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder],
  },
  nats: {
    service: 'nats-server',
    url: (port) => `nats://127.0.0.1:${port}`,
    args: (port, folder) => ['-c', join(folder, 'nats.conf'), '-p', String(port), '-sd', folder],
    prepare(folder) {
      writeFileSync(join(folder, 'nats.conf'), NATS_SETTINGS);
    },
  },
  postgres: {
    service: 'postgres',
    user: 'postgres',
    url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
    args: (port, folder) => ['-D', join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F'],
    isReady: (port) => [postgresTool('pg_isready'), '-q', '-h', '127.0.0.1', '-p', String(port)],
    prepare(folder) {
      const initdb = postgresTool('initdb');
      const run = ['-D', join(folder, 'data'), '-U', 'postgres', '-A', 'trust', '--no-sync', '--no-instructions'];
      execFileSync(initdb, run, { stdio: 'ignore', cwd: folder, ...asUser('postgres') });
    },
  },
  kafka: {
    service: 'java',
    isThere: hasKafka,
    url: (port) => `127.0.0.1:${port}`,
    args: (_port, folder) => kafkaArgs('kafka.Kafka', join(folder, 'server.properties')),
    prepare(folder, port, spare) {
      const file = join(folder, 'server.properties');
      writeFileSync(file, kafkaSettings(folder, port, spare));
      const id = randomBytes(16).toString('base64url');
      const format = kafkaArgs('kafka.tools.StorageTool', 'format', '-t', id, '-c', file);
      execFileSync(service('java') as string, format, { stdio: 'ignore' });
    },
  },
  rabbitmq: {
    service: 'rabbitmq-server',
    user: 'rabbitmq',
    // Debian's own command is a script that changes the user, and the environment with it.
    program: () => ['/usr/lib/rabbitmq/bin/rabbitmq-server'].find(existsSync),
    url: (port) => `amqp://127.0.0.1:${port}`,
    args: () => [],
    control: '/usr/lib/rabbitmq/bin/rabbitmqctl',
    // Erlang's port mapper would be started as a daemon, which nothing ends.
    companion: ([port]) => ['epmd', '-port', String(port), '-address', '127.0.0.1'],
    env: (port, folder, [mapper, nodes]) => ({
      ERL_EPMD_PORT: String(mapper),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(port),
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_DIST_PORT: String(nodes),
      RABBITMQ_NODENAME: `sio-${port}@localhost`,
      RABBITMQ_MNESIA_BASE: folder,
      RABBITMQ_LOG_BASE: folder,
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
      RABBITMQ_LOGS: '-',
      HOME: folder,
    }),
  },
};

/** The folder of Kafka's jars: `npm run kafka` fetches them. */
const KAFKA = fileURLToPath(new URL('../../../.kafka', import.meta.url));
/** Classes as Java has laid them up: `npm run kafka` makes it. */
const KAFKA_CLASSES = join(KAFKA, 'classes.jsa');

/** With one compiler, one collector and the archive of classes, a start takes a third of the usual CPU time. */
function kafkaArgs(mainClass: string, ...args: string[]): string[] {
  const archive = existsSync(KAFKA_CLASSES) ? [`-XX:SharedArchiveFile=${KAFKA_CLASSES}`] : [];
  const quick = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', ...archive];
  return ['-Xmx384m', ...quick, '-cp', join(KAFKA, '*'), mainClass, ...args];
}

let saidKafka = false;

/** Kafka is no part of a build machine, as its tests take minutes. */
function hasKafka(): boolean {
  if (existsSync(join(KAFKA, '.complete')) && service('java') !== undefined) return true;
  if (!saidKafka) console.warn('Skipped: tests that need Kafka, since .kafka does not have it: npm run kafka');
  saidKafka = true;
  return false;
}

/** Clients need no user. `app` may do all, `reader` may not publish; their password is `right`. */
const NATS_SETTINGS = `host: "127.0.0.1"
jetstream: enabled
authorization {
  users: [
    { user: anybody, password: "" }
    { user: app, password: right }
    { user: reader, password: right, permissions: { publish: { deny: ">" } } }
  ]
}
no_auth_user: anybody
`;

/**
 * One process is broker and controller. Its second listener wants a user, `app` or `reader` with the password `right`, who may do all that no
 * list denies.
 */
function kafkaSettings(folder: string, port: number, [controller, guarded]: readonly [number, number]): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port},SASL_PLAINTEXT://127.0.0.1:${guarded},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${port},SASL_PLAINTEXT://127.0.0.1:${guarded}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_app="right" user_reader="right";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
super.users=User:ANONYMOUS
controller.listener.names=CONTROLLER
log.dirs=${folder}/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=1000
broker.heartbeat.interval.ms=200
`;
}

function postgresTool(name: string): string {
  return join(dirname(realpathSync(service('postgres') as string)), name);
}

/** Whether a broker is installed. */
export function hasBroker(name: BrokerName): boolean {
  const { isThere, service: program } = RECIPES[name];
  return isThere?.() ?? service(program) !== undefined;
}

/** The ids of a user to run as; nothing where this process is not root's. */
function asUser(user: string | undefined): { uid?: number; gid?: number } {
  if (user === undefined || process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Postgres has a process for each connection, which has a group of its own. */
function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).map(Number);
}

/** Starts a broker; its caller closes it. */
export function startBroker(name: BrokerName): Promise<Broker> {
  return tryPorts(() => startSomewhere(name));
}

async function startSomewhere(name: BrokerName): Promise<Broker> {
  const recipe = RECIPES[name];
  const folder = mkdtempSync(join(tmpdir(), `sio-${name}-`));
  const user = asUser(recipe.user);
  if (user.uid !== undefined) {
    chmodSync(folder, 0o755);
    execFileSync('chown', [recipe.user as string, folder]);
  }
  const port = await freePort();
  const spare = [await freePort(), await freePort()] as const;
  recipe.prepare?.(folder, port, spare);
  const [program, ...args] = recipe.companion?.(spare) ?? [];
  const companion = program === undefined ? undefined : spawn(program, args, { stdio: 'ignore' });
  let child: ChildProcess | undefined;
  const env = { ...process.env, ...recipe.env?.(port, folder, spare) };
  const start = async () => {
    child = spawn(recipe.program?.() ?? (service(recipe.service) as string), recipe.args(port, folder), {
      stdio: 'ignore',
      cwd: folder,
      env,
      // A group of its own: signals go to all of its processes.
      detached: true,
      ...user,
    });
    const [tool, ...flags] = recipe.isReady?.(port) ?? [];
    // A program says in many ways that it is ready; all of them take connections then.
    const answers = () => tool === undefined || spawnSync(tool, flags).status === 0;
    if (await isReady(child, async () => (await accepts(port)) && answers())) return;
    throw new Error(`The broker ended with ${child.exitCode ?? child.signalCode} before it took connections`);
  };
  const signal = (name: NodeJS.Signals) => {
    const pid = child?.pid as number;
    for (const each of [-pid, ...childrenOf(pid)]) {
      try {
        process.kill(each, name);
      } catch {
        // It has ended.
      }
    }
  };
  const end = async (name: NodeJS.Signals) => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    signal(name);
    await exited;
  };
  const kill = () => end('SIGKILL');
  const close = async () => {
    await kill();
    companion?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: recipe.url(port),
    kill,
    stop: () => end('SIGTERM'),
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    restart: start,
    control(...args) {
      if (recipe.control === undefined) throw new Error(`There is no program to manage ${name} with`);
      execFileSync(recipe.control, args, { stdio: 'ignore', cwd: folder, env, ...user });
    },
    close,
  };
}
