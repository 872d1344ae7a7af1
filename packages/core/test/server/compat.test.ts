import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as core from '@sio/core';
import * as compat from '@sio/core/compat';
import { describe, expect, it } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));

/** What Node itself makes of the built package. */
function inNode(code: string, type: 'commonjs' | 'module'): string {
  return execFileSync(process.execPath, [`--input-type=${type}`, '--no-warnings', '-e', code], {
    cwd: here,
    encoding: 'utf8',
  });
}

describe('@sio/core/compat', () => {
  it('exports socket.io’s names', () => {
    expect(Object.keys(compat).sort()).toEqual([
      'BroadcastOperator',
      'Namespace',
      'RemoteSocket',
      'Server',
      'Socket',
      'default',
    ]);
  });

  it('has the same classes as @sio/core, where the namespace is called Hub', () => {
    expect(compat.Server).toBe(core.Server);
    expect(compat.Socket).toBe(core.Socket);
    expect(compat.Namespace).toBe(core.Hub);
  });

  it('is a function in CommonJS, with the classes on it', () => {
    const code = `
      const http = require('node:http').createServer();
      const sio = require('@sio/core/compat');
      const io = sio(http, { path: '/x' });
      const { Server, Namespace, Socket } = sio;
      console.log(io instanceof Server, io.httpServer === http, io.path(), io.sockets instanceof Namespace, typeof Socket, sio().path());
    `;
    expect(inNode(code, 'commonjs')).toBe('true true /x true function /socket.io\n');
  });

  it('is imported by name and as a default in ES modules', () => {
    const code = `
      import io, { Server, Namespace } from '@sio/core/compat';
      console.log(new Server().of('/a') instanceof Namespace, io() instanceof Server, io.Server === Server);
    `;
    expect(inNode(code, 'module')).toBe('true true true\n');
  });
});
