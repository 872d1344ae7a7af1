import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { service, tool } from './services.js';

/** Somebody may take a port between our choice and the program's start. */
const ATTEMPTS = 5;

/** Where a proxy leads: a port of this machine, or the path of a Unix socket. */
export type Upstream = number | string;

/**
 * A reverse proxy on a free port, with the configuration that its users write. It ends with the test.
 * @param site lines as a document shows them, which listen on port 80 and lead to `127.0.0.1:3000`: both are replaced. By default they
 * say who asks in `X-Forwarded-*` headers, and ask the upstream for `app.internal`
 * @returns the URL, such as `http://127.0.0.1:41233`
 */
export type StartProxy = (upstream: Upstream, site?: string) => Promise<string>;

/** Starts nginx. */
export const startNginx: StartProxy = (upstream, site = NGINX_SITE) => {
  const to = typeof upstream === 'number' ? `http://127.0.0.1:${upstream}` : `http://unix:${upstream}:`;
  return startProxy((folder, port) => ({
    program: service('nginx')!,
    args: ['-p', folder, '-c', join(folder, 'proxy.conf')],
    config: nginxMain(folder, site.replace('listen 80', `listen 127.0.0.1:${port}`).replaceAll(`http://${APP}`, to)),
  }));
};

/**
 * Starts nginx with the site of a user: `server` and what else may stand in `http`.
 *
 * @param site the configuration, given the port to listen on
 */
export function startNginxSite(site: (port: number) => string): Promise<string> {
  return startProxy((folder, port) => ({
    program: service('nginx')!,
    args: ['-p', folder, '-c', join(folder, 'proxy.conf')],
    config: nginxMain(folder, site(port)),
  }));
}

/**
 * Starts nginx in front of several servers, in plain round robin: every request goes to the next one.
 * @returns the URL
 */
export function startRoundRobin(ports: readonly number[]): Promise<string> {
  const servers = ports.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join(' ');
  return startNginxSite(
    (port) => `
      map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
      upstream app { ${servers} }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://app;
          proxy_http_version 1.1;
          proxy_buffering off;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection $connection_upgrade;
          proxy_set_header Host $http_host;
        }
      }`,
  );
}

/** Starts HAProxy. */
export const startHaproxy: StartProxy = (upstream, site = HAPROXY_SITE) => {
  const to = typeof upstream === 'number' ? `127.0.0.1:${upstream}` : `unix@${upstream}`;
  return startProxy((folder, port) => ({
    program: service('haproxy')!,
    args: ['-db', '-f', join(folder, 'proxy.conf')],
    config: site.replace('bind :80', `bind 127.0.0.1:${port}`).replaceAll(APP, to),
  }));
};

/** Starts Apache. */
export const startApache: StartProxy = (upstream, site = APACHE_SITE) => {
  const to = typeof upstream === 'number' ? `//127.0.0.1:${upstream}` : `//localhost`;
  const from = typeof upstream === 'number' ? '' : `unix:${upstream}|`;
  return startProxy((folder, port) => ({
    program: service('apache2')!,
    args: ['-X', '-d', folder, '-f', join(folder, 'proxy.conf')],
    config: apacheConfig(
      folder,
      port,
      site
        .replace('*:80', `127.0.0.1:${port}`)
        .replaceAll(`http://${APP}`, `${from}http:${to}`)
        .replaceAll(`ws://${APP}`, `${from}ws:${to}`),
    ),
  }));
};

/** Starts Caddy. Its site is that of `chat.example`, over TLS: here it is one of a port, without. */
export const startCaddy: StartProxy = (upstream, site = CADDY_SITE) => {
  const to = typeof upstream === 'number' ? `127.0.0.1:${upstream}` : `unix/${upstream}`;
  return startProxy((folder, port) => ({
    program: service('caddy')!,
    args: ['run', '--adapter', 'caddyfile', '--config', join(folder, 'proxy.conf')],
    env: { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
    config: `{
      admin off
    }
    ${site.replace('chat.example {', `http://:${port} {\n  bind 127.0.0.1`).replaceAll(APP, to)}`,
  }));
};

/**
 * Starts Traefik.
 * @param routes routers and services
 * @param main entry points and providers, which listen on port 80 and read `/etc/traefik/chat.yml`
 * @param page is answered with 200 once the routes are known
 */
export async function startTraefik(upstream: number, routes: string, main: string, page = '/'): Promise<string> {
  const url = await startProxy((folder, port) => ({
    program: tool('traefik')!,
    args: [`--configFile=${folder}/traefik.yml`],
    files: {
      'traefik.yml': main.replace(':80', `127.0.0.1:${port}`).replace('/etc/traefik/', `${folder}/`),
      'chat.yml': routes.replaceAll(APP, `127.0.0.1:${upstream}`),
    },
  }));
  // It listens before it knows its routes.
  while ((await statusOf(url + page, 'chat.example')) !== 200) await new Promise((resolve) => setTimeout(resolve, 10));
  return url;
}

/** The status of the answer to a request. */
function statusOf(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const answered = (answer: IncomingMessage) => {
      answer.resume();
      resolve(answer.statusCode);
    };
    get(url, { headers: { host }, agent: false }, answered).once('error', reject);
  });
}

/**
 * Starts Redis without persistence. With a password it listens on every address of the machine, for programs in containers.
 *
 * @returns its URL, such as `redis://127.0.0.1:41233`
 */
export async function startRedis({ password }: { readonly password?: string } = {}): Promise<string> {
  const access = password === undefined ? ['--bind', '127.0.0.1'] : ['--bind', '*', '--requirepass', password];
  const port = await startOnFreePort((folder, free) => ({
    program: service('redis-server')!,
    args: ['--port', String(free), ...access, '--save', '', '--dir', folder],
  }));
  return `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`;
}

/**
 * Starts a collector of OpenTelemetry, which passes on what it receives.
 * @param program its path
 * @param to URL of the next receiver of OTLP over HTTP
 * @returns the URL of its own receiver
 */
export function startCollector(program: string, to: string): Promise<string> {
  return startProxy((folder, port) => ({
    program,
    args: ['--config', join(folder, 'proxy.conf')],
    config: `
receivers:
  otlp: { protocols: { http: { endpoint: 127.0.0.1:${port} } } }
exporters:
  otlphttp: { endpoint: '${to}', encoding: json, compression: none }
service:
  pipelines:
    traces: { receivers: [otlp], exporters: [otlphttp] }
    metrics: { receivers: [otlp], exporters: [otlphttp] }
  telemetry: { metrics: { level: none } }
`,
  }));
}

interface Plan {
  readonly program: string;
  readonly args: readonly string[];
  /** Variables beside those of the test run. */
  readonly env?: Readonly<Record<string, string>>;
  /** Contents of `proxy.conf` in the program's folder. */
  readonly config?: string;
  /** The same of other files, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

async function startProxy(plan: (folder: string, port: number) => Plan): Promise<string> {
  return `http://127.0.0.1:${await startOnFreePort(plan)}`;
}

async function startOnFreePort(plan: (folder: string, port: number) => Plan): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sio-program-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let why = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = await freePort();
    const { program, args, env, config, files = {} } = plan(folder, port);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    if (config !== undefined) writeFileSync(join(folder, 'proxy.conf'), config);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (why += text));
    const exited = once(child, 'exit');
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await exited;
    });
    if (await isReady(child, () => accepts(port))) return port;
  }
  throw new Error(`The program does not start: ${why.slice(-2000)}`);
}

/** Looks again and again until a program is ready. @returns false if it has ended before. */
export async function isReady(child: ChildProcess, look: () => boolean | Promise<boolean>): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    if (await look()) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

/** Whether anything takes connections there. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** The system itself chooses ports from a higher range, for outgoing connections and for servers that name none. */
const PORTS = { first: 20_000, count: 12_000 };

/**
 * A free port of this machine, for programs that cannot choose one. The system gives it to no other program, neither before it is used nor
 * while its program restarts.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + randomInt(PORTS.count);
    if (await isFree(port)) return port;
  }
}

/** How often ports are chosen. */
const CHOICES = 3;

/** Starts a program that chooses its ports with {@link freePort}; again with others if it fails, as another program may have taken one. */
export async function tryPorts<T>(start: () => Promise<T>): Promise<T> {
  for (let choice = 1; ; choice++) {
    try {
      return await start();
    } catch (error) {
      if (choice === CHOICES) throw error;
    }
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (listens) await new Promise((resolve) => server.close(resolve));
  return listens;
}

/** Where the lines of the documents lead. */
const APP = '127.0.0.1:3000';

function nginxMain(folder: string, site: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    daemon off;
    master_process off;
    pid ${folder}/nginx.pid;
    error_log stderr warn;
    events { worker_connections 4096; }
    http {
      access_log off;
      ${temporary.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n')}
      ${site}
    }
  `;
}

const NGINX_SITE = `
map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
server {
  listen 80;
  location / {
    proxy_pass http://127.0.0.1:3000;
    proxy_http_version 1.1;
    proxy_buffering off;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_set_header Host app.internal;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  }
}
`;

const HAPROXY_SITE = `
defaults
  mode http
  option forwardfor
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
frontend web
  bind :80
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-Proto http
  http-request set-header Host app.internal
  default_backend app
backend app
  server one 127.0.0.1:3000
`;

/** Debian's modules. */
const APACHE_MODULES = '/usr/lib/apache2/modules';

/** Apache starts as root on most machines, and then wants another user for its work. */
function apacheConfig(folder: string, port: number, site: string): string {
  const names = ['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'proxy_wstunnel', 'rewrite'];
  return `
    ${names.map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`).join('\n')}
    PidFile ${folder}/apache.pid
    DefaultRuntimeDir ${folder}
    ErrorLog ${folder}/error.log
    ServerName localhost
    Listen 127.0.0.1:${port}
    ${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
    ${site}
  `;
}

/** Apache itself adds `X-Forwarded-Host` and `X-Forwarded-For`. */
const APACHE_SITE = `
<VirtualHost *:80>
  ProxyPass / http://127.0.0.1:3000/ upgrade=websocket
</VirtualHost>
`;

const CADDY_SITE = `
chat.example {
  reverse_proxy 127.0.0.1:3000 {
    trusted_proxies private_ranges
    header_up X-Forwarded-Host {http.request.hostport}
    header_up Host app.internal
  }
}
`;
