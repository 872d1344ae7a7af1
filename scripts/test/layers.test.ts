import { describe, expect, it } from 'vitest';
import { checkFile } from '../lib/layers.mjs';

const core = (path: string, text: string) => checkFile(`packages/core/src/${path}`, text);

describe('the import direction', () => {
  it.each([
    ['codec/a.ts', "import { b } from './b.js';"],
    ['codec/a.ts', "import { now } from '../internal/clock.js';"],
    ['codec/a.ts', "import { Buffer } from 'node:buffer';"],
    ['transport/polling/a.ts', "import type { Frame } from '../frame.js';"],
    ['server/a.ts', "import { Hub } from '../namespace/hub.js';"],
    ['server/a.ts', "export * from '../codec/packet.js';"],
    ['mount.ts', "export { Server } from './server/server.js';"],
    ['codec/a.ts', "// import { x } from '../server/x.js'\nexport {};"],
    ['codec/a.ts', 'export const text = "import { x } from \'../server/x.js\'";'],
    ['codec/a.ts', "const quote = /['\"]/; // a quote in a pattern opens no string\nimport { b } from './b.js';"],
    ['codec/a.ts', "const one = `${`a ${'}'} b`} import x from '../server/x.js'`;"],
  ])('lets %s say: %s', (path, text) => {
    expect(core(path, text)).toEqual([]);
  });

  it.each([
    ['codec/a.ts', "import { Socket } from '../transport/socket.js';"],
    ['codec/a.ts', "import type { Socket } from '../transport/socket.js';"],
    ['codec/a.ts', "import '../server/server.js';"],
    ['codec/a.ts', "export { Socket } from '../namespace/socket.js';"],
    ['codec/a.ts', "const later = () => import('../namespace/socket.js');"],
    ['codec/a.ts', "let socket: import('../namespace/socket.js').Socket;"],
    ['codec/a.ts', "import {\n  one,\n  two,\n} from '../dialect/dialect.js';"],
    ['internal/a.ts', "import { encode } from '../codec/encode.js';"],
    ['namespace/acl/a.ts', "import { Server } from '../../server/server.js';"],
    ['dialect/a.ts', "import { Server } from '../index.js';"],
    ['dialect/a.ts', "import { Server } from '@sio/core';"],
    ['server/a.ts', "import { helper } from '../../test/helper.js';"],
  ])('does not let %s say: %s', (path, text) => {
    expect(core(path, text)).toHaveLength(1);
  });

  it('names the line and the reason', () => {
    expect(core('codec/a.ts', "\n\nimport { Hub } from '../namespace/hub.js';")).toEqual([
      'packages/core/src/codec/a.ts:3 codec imports namespace/hub.js: a layer imports itself and lower ones ' +
        '(internal ← codec ← transport ← virtual-socket ← dialect ← namespace ← server)',
    ]);
  });

  it('knows no other folders and no loose files', () => {
    expect(core('utils/a.ts', '')).toHaveLength(1);
    expect(core('helper.ts', '')).toHaveLength(1);
    expect(core('index.ts', '')).toEqual([]);
  });
});

describe('adapters', () => {
  const adapter = (text: string) => checkFile('packages/express/src/index.ts', text);

  it.each(["import { Hub } from '@sio/core';", "import { mount } from '@sio/core/mount';", "import e from 'express';"])(
    'may say: %s',
    (text) => {
      expect(adapter(text)).toEqual([]);
    },
  );

  it.each([
    "import { Hub } from '@sio/core/src/namespace/hub.js';",
    "import { Hub } from '@sio/core/dist/namespace/hub.js';",
    "import { Server } from '@sio/core/compat';",
    "import { session } from '@sio/koa';",
    "import { Hub } from '../../core/src/index.js';",
  ])('may not say: %s', (text) => {
    expect(adapter(text)).toHaveLength(1);
  });
});

describe('the protocol revision', () => {
  const tests = [
    'if (conn.protocol === 3) {}',
    'if (4 === socket.conn.protocol) {}',
    'if (conn.protocol < 4) {}',
    "if (generation === 'eio3') {}",
    "if ('eio4' !== this.dialect.generation) {}",
    "if (query.get('EIO') === '3') {}",
    'const old = request.query.EIO;',
    "if (url.includes('EIO=4')) {}",
    "switch (kind) { case 'eio3': break; }",
    'switch (socket.conn.protocol) {}',
    "if (dialect.name === 'legacy') {}",
    'if ([2, 3].includes(conn.protocol)) {}',
  ];

  it.each(tests)('may not be tested above the dialects: %s', (text) => {
    expect(core('namespace/a.ts', text)).toHaveLength(1);
    expect(checkFile('packages/koa/src/a.ts', text)).toHaveLength(1);
  });

  it.each(tests)('may be tested in codecs and dialects: %s', (text) => {
    expect(core('dialect/a.ts', text)).toEqual([]);
    expect(core('codec/a.ts', text)).toEqual([]);
  });

  it.each([
    'const shown = conn.protocol;',
    "export type Generation = '0.9' | 'eio3' | 'eio4';",
    "if (request.protocol === 'https') {}",
    '// a client of protocol === 3 waits here',
    'const allowed = options.allowEIO3 === true;',
    'if (dialect.pingsFirst) {}',
  ])('may be mentioned without a test: %s', (text) => {
    expect(core('server/a.ts', text)).toEqual([]);
  });
});
