import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startProgram } from '@sio/test-kit/examples';
import { startRedis } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import { DCLinter } from 'dclint';
import { validate } from 'dockerfile-utils';
import { Deployment } from 'kubernetes-models/apps/v1';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service } from 'kubernetes-models/v1';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const here = fileURLToPath(new URL('../', import.meta.url));
const step9 = fileURLToPath(new URL('../../tutorial/9-deployment/', import.meta.url));
const read = (file: string) => readFileSync(file, 'utf8');

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sio-deployment-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('the files for Kubernetes', () => {
  const objectsOf = (file: string) => parseAllDocuments(read(`${here}kubernetes/${file}`)).map((each) => each.toJS());
  const manifests = objectsOf('chat.yaml');
  const [deployment, budget, svc, ingress] = manifests;

  it('conform to the schemas of Kubernetes', () => {
    const kinds = { Deployment, Service, Ingress, PodDisruptionBudget };
    const models = kinds as Record<string, new (data: never) => { validate(): void }>;
    expect(manifests.map(({ kind }) => kind)).toEqual(['Deployment', 'PodDisruptionBudget', 'Service', 'Ingress']);
    for (const manifest of [...manifests, ...objectsOf('redis.yaml')])
      new models[manifest.kind]!(manifest as never).validate();
  });

  it('do not conform with a port that is not a number', () => {
    const wrong = structuredClone(deployment);
    wrong.spec.template.spec.containers[0].ports[0].containerPort = 'http';
    expect(() => new Deployment(wrong).validate()).toThrow(/containerPort/);
  });

  it('route from the ingress to the port of the container', () => {
    const [container] = deployment.spec.template.spec.containers;
    const [{ containerPort }] = container.ports;
    expect(deployment.spec.template.metadata.labels).toEqual(svc.spec.selector);
    expect(deployment.spec.template.metadata.labels).toEqual(budget.spec.selector.matchLabels);
    expect(svc.spec.ports[0].targetPort).toBe(containerPort);
    expect(container.readinessProbe.httpGet.port).toBe(containerPort);
    const { backend } = ingress.spec.rules[0].http.paths[0];
    expect(backend.service).toEqual({ name: svc.metadata.name, port: { number: svc.spec.ports[0].port } });
  });
});

it('the files of Traefik name each other’s entry point, router and service', () => {
  const { entryPoints, providers } = parse(read(`${here}traefik/traefik.yml`));
  const { routers, services } = parse(read(`${here}traefik/chat.yml`)).http;
  expect(providers.file.filename).toMatch(/chat\.yml$/);
  for (const { entryPoints: used, service: name } of Object.values<any>(routers)) {
    for (const entryPoint of used) expect(entryPoints).toHaveProperty(entryPoint);
    expect(services).toHaveProperty(name);
  }
});

it.skipIf(!service('systemd-analyze'))('systemd accepts the unit', async () => {
  const folder = temporary();
  const unit = join(folder, 'chat.service');
  // Node is elsewhere on other machines.
  writeFileSync(unit, read(`${here}systemd/chat.service`).replace('/usr/bin/node', process.execPath));
  const { stdout, stderr } = await promisify(execFile)(service('systemd-analyze')!, ['verify', unit]);
  // It verifies other units of the machine as well, which may have faults of their own.
  const ours = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('chat.service'));
  expect(ours).toEqual([]);
});

describe.skipIf(!service('redis-server'))('the Dockerfile', () => {
  const dockerfile = read(`${step9}Dockerfile`);

  it.skipIf(!service('wget'))(
    'starts a server whose health check succeeds, and fails once the container is stopped',
    async () => {
      const [command, ...args] = JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)![1]!) as [string, ...string[]];
      expect(command).toBe('node');
      const app = temporary();
      const ignored = read(`${step9}.dockerignore`).trim().split('\n');
      expect(ignored).toContain('node_modules');
      cpSync(step9, app, { recursive: true, filter: (source) => !ignored.some((name) => source.endsWith(`/${name}`)) });
      writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
      symlinkSync(join(step9, '../node_modules'), join(app, 'node_modules'));
      const env = { NODE_ENV: 'production', SECRET: 'a secret of the test', REDIS: await startRedis() };
      const { url, stop } = await startProgram(join(app, args[0]!), { cwd: app, env });
      const check = /^HEALTHCHECK .*? CMD (.*)$/m.exec(dockerfile)![1]!.replace('http://localhost:3000', url);
      const isHealthy = () =>
        promisify(execFile)('sh', ['-c', check]).then(
          () => true,
          () => false,
        );
      expect(await isHealthy()).toBe(true);
      expect(await stop()).toBe(0);
      expect(await isHealthy()).toBe(false);
    },
  );

  it('runs without a shell that holds back signals, as an ordinary user, and leaves out local installs', () => {
    expect(dockerfile).toMatch(/^CMD \["node", /m);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(read(`${step9}.dockerignore`).split('\n')).toContain('node_modules');
  });
});

it('the Dockerfile has only instructions and flags that Docker knows, and the check finds a wrong one', () => {
  const dockerfile = read(`${step9}Dockerfile`);
  expect(lintDockerfile(dockerfile)).toEqual([]);
  const wrong = dockerfile.replace('--interval=', '--intervall=');
  expect(lintDockerfile(wrong)).toEqual(['Unknown flag: intervall']);
});

const lintDockerfile = (text: string) => validate(text).map(({ message }) => message);

it('the Compose file conforms to its schema, and the check finds a wrong one', () => {
  const folder = temporary();
  const wrong = join(folder, 'compose.yaml');
  writeFileSync(wrong, read(`${step9}compose.yaml`).replace('stop_grace_period:', 'stop_grace_time:'));
  const linter = new DCLinter({ rules: {}, quiet: false, debug: false, exclude: [] });
  const faults = (file: string) =>
    linter
      .lintFiles([file], false)
      .flatMap(({ messages }: { messages: { rule: string; message: string }[] }) => messages)
      .filter(({ rule }: { rule: string }) => rule === 'invalid-schema');
  expect(faults(`${step9}compose.yaml`)).toEqual([]);
  expect(faults(wrong)).toMatchObject([{ message: expect.stringContaining('additional properties') }]);
});

it('Compose gives every service an image or a folder, and mounts volumes that it declares', () => {
  const { services, volumes } = parse(read(`${step9}compose.yaml`));
  for (const [name, { build, image, depends_on = [], volumes: mounts = [] }] of Object.entries<any>(services)) {
    expect(build ?? image, name).toBeTypeOf('string');
    for (const other of depends_on) expect(services).toHaveProperty(other);
    for (const mount of mounts) {
      const [source = ''] = mount.split(':');
      if (source.startsWith('.')) expect(() => execFileSync('test', ['-e', join(step9, source)])).not.toThrow();
      else expect(volumes).toHaveProperty(source);
    }
  }
});
