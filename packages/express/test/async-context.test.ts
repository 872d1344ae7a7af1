import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { connected, listen, majors, transports } from './support/kit.js';

const trace = new AsyncLocalStorage<string>();

class Traced extends Namespace {
  async onWhich() {
    await null;
    return trace.getStore();
  }
}

describe.each(majors)('%s', (_name, express) => {
  test.each(transports)(
    'handlers run in the asynchronous context of middlewares, over %s',
    async (_transport, list) => {
      const app = express();
      app.use((req, _res, next) => trace.run(req.get('x-trace') ?? '', next));
      const mount = socketio({ '/': Traced });
      app.use(mount);
      const url = await listen(app, mount);
      const options = { transports: [...list], extraHeaders: { 'x-trace': 'a' } };
      expect(await (await connected(url, options)).emitWithAck('which')).toBe('a');
    },
  );
});
