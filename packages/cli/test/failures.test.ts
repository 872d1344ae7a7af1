import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { listen } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';
import { jsonLines, sio } from './support/cli.js';
import { startOfficial, startOurs } from './support/servers.js';

const VERSIONS = ['0.9', '2', '4'];

describe('a failure is one sentence and exit code 1', () => {
  const fails = async (code: string, message: RegExp, ...args: string[]) => {
    const failed = await sio('emit', ...args, '--json');
    expect(failed).toMatchObject({ code: 1, stderr: '' });
    const [{ error }] = jsonLines(failed);
    expect(error.code).toBe(code);
    expect([error.message, error.remedy, JSON.stringify(error.data)].join(' ')).toMatch(message);
  };

  it('on stderr, or on stdout with --json', async () => {
    const { url } = await startOurs();
    const [text, json] = await Promise.all([
      sio('emit', url, 'x', '--path', '/ws'),
      sio('emit', url, 'x', '--path', '/ws', '--json'),
    ]);
    const message = `${url}/ws/ answers with HTTP 404: no Socket.IO endpoint is at this path.`;
    const remedy = 'Check the port, and give the path with --path if it is not /socket.io/.';
    expect(text).toEqual({ code: 1, stdout: '', stderr: `error: ${message} ${remedy}\n` });
    expect(jsonLines(json)).toEqual([{ error: { code: 'wrong_path', message, remedy } }]);
    expect(json.stderr).toBe('');
  });

  it('if no server listens', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    const url = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    await fails('unreachable', /^Cannot reach .*: nothing listens on this port\./, url, 'x');
    await fails('unreachable', /nothing listens on this port/, url, 'x', '-p', '0.9');
  });

  it.each(['connect', 'tail', 'bench', 'doctor'])(
    'of %s, too, if no server listens and if the path is wrong',
    async (command) => {
      const closed = createTcpServer().listen(0, '127.0.0.1');
      const unreachable = await listen(closed);
      await new Promise((resolve) => closed.close(resolve));
      const { url } = await startOurs();
      const [first, second] = await Promise.all([
        sio(command, unreachable, '--timeout', '5000'),
        sio(command, url, '--path', '/ws'),
      ]);
      expect([first.code, second.code]).toEqual([1, 1]);
      expect(first.stdout + first.stderr).toContain('nothing listens on this port');
      expect(second.stdout + second.stderr).toMatch(/no Socket\.IO endpoint is at this path|answers with HTTP 404/);
      expect(first.stderr + second.stderr).not.toMatch(/\n {4}at /);
    },
  );

  it('if the path is wrong', async () => {
    const { url } = await startOurs();
    for (const version of VERSIONS) {
      await fails(
        'wrong_path',
        /no Socket\.IO endpoint is at this path\. .*--path/,
        url,
        'x',
        '--path',
        '/ws',
        '-p',
        version,
      );
    }
  });

  it('if the server speaks another protocol', async () => {
    const url = await listen(createServer((_req, res) => res.end('<h1>Welcome</h1>')));
    await fails('not_socket_io', /is not a Socket\.IO server/, url, 'x');
    await fails('not_socket_io', /is not a Socket\.IO server/, url, 'x', '-p', '0.9');
    const tcp = await listen(createTcpServer((socket) => socket.end('220 mail.example ESMTP\r\n')));
    await fails('not_socket_io', /does not speak HTTP/, tcp, 'x');
  });

  it('if the origin is not allowed', async () => {
    const { url } = await startOurs();
    for (const transport of ['upgrade', 'websocket']) {
      const flags = ['--origin', 'https://evil.example', '-t', transport];
      await fails('forbidden_origin', /refuses requests of the origin https:\/\/evil\.example/, url, 'x', ...flags);
    }
  });

  it('if the server does not serve clients of the version', async () => {
    const url = await startOfficial();
    await fails('unsupported_version', /does not serve clients of version 2/, url, 'x', '-p', '2');
    await fails('unsupported_version', /does not serve clients of version 0\.9/, url, 'x', '-p', '0.9');
  });

  it('if the namespace refuses the client', async () => {
    const { url, io } = await startOurs();
    io.use((_socket, next) => next(Object.assign(new Error('who are you?'), { data: { hint: 'log in' } })));
    await fails('refused', /refuses the namespace \/: .*who are you\?.*log in/, url, 'x');
    await fails('refused', /refuses the namespace \/nowhere: /, `${url}/nowhere`, 'x');
    await fails('refused', /refuses the namespace \/nowhere: /, `${url}/nowhere`, 'x', '-p', '2');
    await fails('refused', /refuses the namespace \/nowhere: /, `${url}/nowhere`, 'x', '-p', '0.9');
  });

  it('if no answer comes', async () => {
    const silent = await listen(createTcpServer(() => {}));
    await fails('timeout', /does not answer within 200 ms/, silent, 'x', '--timeout', '200');
    const { url } = await startOurs();
    for (const version of VERSIONS) {
      await fails(
        'timeout',
        /does not acknowledge nothing within 700 ms/,
        url,
        'nothing',
        '--ack',
        '--timeout',
        '700',
        '-p',
        version,
      );
    }
  });

  it('if the server disconnects before the acknowledgement', async () => {
    const { url } = await startOurs();
    for (const version of VERSIONS) await fails('disconnected', /disconnected/, url, 'leave', '--ack', '-p', version);
  });

  it('if the command line is wrong', async () => {
    await fails('usage', /is not the URL of a server/, 'ftp://example.com', 'x');
    await fails('usage', /is not a header/, 'localhost', 'x', '-H', 'nonsense');
    await fails('usage', /Cannot read \/nowhere/, 'localhost', 'x', '@/nowhere');
    for (const args of [
      ['emit'],
      ['nonsense'],
      ['emit', 'localhost', 'x', '--timeout', '-1'],
      ['emit', 'localhost', 'x', '-p', '7'],
    ]) {
      expect(await sio(...args)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^error: /) });
    }
  });
});
