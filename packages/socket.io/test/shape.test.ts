import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as core from '@sio/core/compat';
import * as ours from '@sio/socket.io';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const theirs = `${folder}node_modules/socket.io/`;

interface Manifest {
  readonly version: string;
  readonly types: string;
}

const manifestOf = (path: string) => JSON.parse(readFileSync(`${path}package.json`, 'utf8')) as Manifest;

/** What Node itself makes of the built package, and of socket.io. */
function inNode(name: string, type: 'commonjs' | 'module', code: string): unknown {
  const output = execFileSync(process.execPath, [`--input-type=${type}`, '-e', code.replaceAll('THE_PACKAGE', name)], {
    cwd: folder,
    encoding: 'utf8',
  });
  return JSON.parse(output);
}

describe('@sio/socket.io', () => {
  it('has the classes of @sio/core/compat', () => {
    expect({ ...ours }).toEqual({ ...core });
  });

  it('has the version of the socket.io with the same interface, which libraries check', () => {
    expect(manifestOf(folder).version.split('.').slice(0, 2)).toEqual(
      manifestOf(theirs).version.split('.').slice(0, 2),
    );
  });

  it('contains the same client files', () => {
    expect(readdirSync(`${folder}client-dist`).sort()).toEqual(readdirSync(`${theirs}client-dist`).sort());
  });

  it.each(['socket', 'namespace', 'broadcast-operator', 'typed-events'])(
    'has types at dist/%s, from where editors import them',
    (name) => {
      for (const each of [folder, theirs]) expect(existsSync(`${each}dist/${name}.d.ts`)).toBe(true);
    },
  );

  it.each(['socket.io', '@sio/socket.io'])('exports %s as a function with the classes in CommonJS', (name) => {
    const code = `
      const http = require('node:http').createServer();
      const sio = require('THE_PACKAGE');
      const io = sio(http, { path: '/x', serveClient: false });
      const { Server, Namespace, Socket } = sio;
      const isServer = io instanceof Server;
      console.log(JSON.stringify([isServer, io.path(), io.sockets instanceof Namespace, typeof Socket]));
      io.close();
    `;
    expect(inNode(name, 'commonjs', code)).toEqual([true, '/x', true, 'function']);
  });

  it.each(['socket.io', '@sio/socket.io'])('exports %s by name in ES modules', (name) => {
    const code = `
      import { Namespace, Server, Socket } from 'THE_PACKAGE';
      console.log(JSON.stringify([new Server().of('/a') instanceof Namespace, typeof Socket]));
    `;
    expect(inNode(name, 'module', code)).toEqual([true, 'function']);
  });

  it.each(['socket.io', '@sio/socket.io'])('exports package.json of %s with its version', (name) => {
    const code = `console.log(JSON.stringify(require('THE_PACKAGE/package.json').version));`;
    expect(inNode(name, 'commonjs', code)).toMatch(/^4\.8\./);
  });

  it('has a default export in ES modules, too', () => {
    const code = `
      import io, { Server } from 'THE_PACKAGE';
      console.log(JSON.stringify([io() instanceof Server, io.Server === Server]));
    `;
    expect(inNode('@sio/socket.io', 'module', code)).toEqual([true, true]);
  });
});
