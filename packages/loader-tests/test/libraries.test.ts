import { expect } from 'vitest';
import { project } from './support/folder.js';
import { versionOf } from './support/packages.js';
import { runForJson } from './support/programs.js';
import { resultsOf } from './support/results.js';

const { row, end } = resultsOf(import.meta.filename);

interface Library {
  readonly name: string;
  readonly what: string;
  readonly program: string;
  /** Other packages that the program needs. */
  readonly needs?: readonly string[];
  readonly quick?: boolean;
}

const LIBRARIES: readonly Library[] = [
  { name: 'socketio-wildcard', what: 'a replaced onevent', program: 'wildcard', quick: true },
  {
    name: '@opentelemetry/instrumentation-socket.io',
    what: 'spans of events and emits',
    program: 'opentelemetry',
    needs: ['@opentelemetry/sdk-trace-base', '@opentelemetry/sdk-trace-node', '@opentelemetry/api'],
  },
  { name: 'socket.io-prometheus', what: 'metrics', program: 'prometheus', needs: ['prom-client'] },
  { name: '@thream/socketio-jwt', what: 'a middleware', program: 'jwt', needs: ['jsonwebtoken'] },
  { name: '@socket.io/admin-ui', what: 'an instrumented server', program: 'admin-ui' },
  {
    name: '@socket.io/sticky',
    what: 'node:cluster, with @socket.io/cluster-adapter',
    program: 'sticky',
    needs: ['@socket.io/cluster-adapter'],
  },
];

for (const { name, what, program, needs = [], quick = false } of LIBRARIES) {
  row(
    { loader: name, version: versionOf(name), what },
    async () => {
      const results = [];
      for (const alias of [false, true]) {
        const folder = project([name, ...needs, 'socket.io', 'socket.io-client'], { alias, fixtures: ['libraries'] });
        results.push(await runForJson(process.execPath, [`libraries/${program}.cjs`], { cwd: folder }));
      }
      const [socketIo, ours] = results;
      expect(ours).toEqual(socketIo);
    },
    { nightly: !quick },
  );
}
end();
