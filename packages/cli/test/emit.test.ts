import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from '@sio/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { jsonLines, Sio, sio } from './support/cli.js';
import { startOfficial, startOurs } from './support/servers.js';

const VERSIONS = ['0.9', '2', '4'];
const TRANSPORTS = ['upgrade', 'websocket', 'polling'];

describe('sio emit', () => {
  it.each(VERSIONS)('prints the acknowledgement over each transport as a client of version %s', async (version) => {
    const { url } = await startOurs();
    for (const transport of TRANSPORTS) {
      const value = { transport, text: 'grüße 🌍' };
      const flags = ['--ack', '-p', version, '-t', transport];
      const { code, stdout } = await sio('emit', `${url}/chat`, 'echo', JSON.stringify(value), ...flags);
      expect([JSON.parse(stdout), code]).toEqual([value, 0]);
    }
  });

  it('talks to socket.io as to this server', async () => {
    const url = await startOfficial();
    expect(await sio('emit', `${url}/chat`, 'echo', '[1,null]', '--ack')).toMatchObject({
      code: 0,
      stdout: '[1,null]\n',
    });
  });

  it.each(TRANSPORTS)('loses nothing over %s, though it leaves at once', async (transport) => {
    const texts: string[] = [];
    let left: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      left = resolve;
    });
    const { url } = await startOurs({
      onConnection: (socket) => {
        socket.on('line', (text: string) => texts.push(text));
        socket.on('disconnect', left);
      },
    });
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`);
    const { code, stdout } = await new Sio(['emit', url, 'line', '--lines', '--json', '-t', transport]).end(
      lines.join('\n'),
    );
    await gone;
    expect([code, JSON.parse(stdout), texts]).toEqual([0, { event: 'line', sent: 500 }, lines]);
  });

  it('prints an acknowledgement for each line of stdin', async () => {
    const { url } = await startOurs();
    const result = await new Sio(['emit', url, 'echo', '--lines', '--ack', '--json']).end(
      '{"a":1}\n["first","second"]\nplain\n',
    );
    expect(jsonLines(result).map(({ ack }) => ack)).toEqual([[{ a: 1 }], ['first'], ['plain']]);
  });

  it('takes an argument from stdin, and bytes from a file', async () => {
    const { url } = await startOurs();
    const folder = mkdtempSync(join(tmpdir(), 'sio-cli-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'bytes'), Buffer.alloc(70_000, 1));
    expect((await new Sio(['emit', url, 'echo', '-', '--ack']).end('{"from":"stdin"}\n')).stdout).toBe(
      '{"from":"stdin"}\n',
    );
    expect((await sio('emit', url, 'length', `@${join(folder, 'bytes')}`, '--ack')).stdout).toBe('70000\n');
    expect((await sio('emit', url, 'echo', '@@ada', '--ack')).stdout).toBe('"@ada"\n');
  });

  it('sends auth, query and headers', async () => {
    const { url, io } = await startOurs();
    const seen: unknown[] = [];
    io.use((socket, next) => {
      const { auth, query, headers } = socket.handshake;
      seen.push([auth, query.room, headers['x-team'], headers.origin]);
      next();
    });
    const flags = ['-a', '{"token":"secret"}', '-q', 'room=1', '-H', 'X-Team: red', '--origin', url];
    expect(await sio('emit', url, 'echo', '1', '--ack', ...flags)).toMatchObject({ code: 0 });
    expect(seen).toEqual([[{ token: 'secret' }, '1', 'red', url]]);
  });

  it('connects over TLS with an authority of its own, or without a check', async () => {
    const { url } = await startOurs({ tls: true });
    const strict = await sio('emit', url, 'echo', '1', '--ack');
    expect([strict.code, strict.stderr]).toEqual([
      1,
      expect.stringMatching(/^error: TLS with .* fails: the certificate is self-signed\. /),
    ]);
    for (const transport of ['polling', 'websocket']) {
      expect(await sio('emit', url, 'echo', '1', '--ack', '--insecure', '-t', transport)).toMatchObject({
        code: 0,
        stdout: '1\n',
      });
    }
    expect(await sio('emit', url, 'echo', '1', '--ack', '--insecure', '-p', '0.9')).toMatchObject({
      code: 0,
      stdout: '1\n',
    });
  });

  it('ends with 130 when it is interrupted before the acknowledgement', async () => {
    const { url, io } = await startOurs();
    const asked = new Promise<void>((resolve) => io.on('connection', (socket) => void socket.onAny(() => resolve())));
    const program = new Sio(['emit', url, 'nothing', '--ack']);
    await asked;
    program.child.kill('SIGINT');
    expect(await program.end()).toMatchObject({ code: 130, stdout: '' });
  });
});

describe('a failure is one sentence and exit code 1', () => {
  const fails = async (code: string, message: RegExp, ...args: string[]) => {
    const failed = await sio('emit', ...args, '--json');
    expect(failed).toMatchObject({ code: 1, stderr: '' });
    const [{ error }] = jsonLines(failed);
    expect(error.code).toBe(code);
    expect([error.message, error.remedy, JSON.stringify(error.data)].join(' ')).toMatch(message);
  };

  it('on stderr, and with --json on stdout', async () => {
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

  it('where nothing listens', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    const url = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    await fails('unreachable', /^Cannot reach .*: nothing listens on this port\./, url, 'x');
    await fails('unreachable', /nothing listens on this port/, url, 'x', '-p', '0.9');
  });

  it('where the path is wrong', async () => {
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

  it('where the server speaks something else', async () => {
    const url = await listen(createServer((_req, res) => res.end('<h1>Welcome</h1>')));
    await fails('not_socket_io', /is not a Socket\.IO server/, url, 'x');
    await fails('not_socket_io', /is not a Socket\.IO server/, url, 'x', '-p', '0.9');
    const tcp = await listen(createTcpServer((socket) => socket.end('220 mail.example ESMTP\r\n')));
    await fails('not_socket_io', /does not speak HTTP/, tcp, 'x');
  });

  it('where the origin is foreign', async () => {
    const { url } = await startOurs();
    for (const transport of ['upgrade', 'websocket']) {
      const flags = ['--origin', 'https://evil.example', '-t', transport];
      await fails('forbidden_origin', /refuses requests of the origin https:\/\/evil\.example/, url, 'x', ...flags);
    }
  });

  it('where the server serves no client of the version', async () => {
    const url = await startOfficial();
    await fails('unsupported_version', /does not serve clients of version 2/, url, 'x', '-p', '2');
    await fails('unsupported_version', /does not serve clients of version 0\.9/, url, 'x', '-p', '0.9');
  });

  it('where the namespace refuses', async () => {
    const { url, io } = await startOurs();
    io.use((_socket, next) => next(Object.assign(new Error('who are you?'), { data: { hint: 'log in' } })));
    await fails('refused', /refuses the namespace \/: .*who are you\?.*log in/, url, 'x');
    await fails('refused', /refuses the namespace \/nowhere: /, `${url}/nowhere`, 'x');
    await fails('refused', /refuses the namespace \/nowhere: /, `${url}/nowhere`, 'x', '-p', '2');
    await fails('refused', /refuses the namespace \/nowhere: /, `${url}/nowhere`, 'x', '-p', '0.9');
  });

  it('where no answer comes', async () => {
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

  it('where the server disconnects before the acknowledgement', async () => {
    const { url } = await startOurs();
    for (const version of VERSIONS) await fails('disconnected', /disconnected/, url, 'leave', '--ack', '-p', version);
  });

  it('where the command line is wrong', async () => {
    await fails('usage', /is no URL of a server/, 'ftp://example.com', 'x');
    await fails('usage', /is no header/, 'localhost', 'x', '-H', 'nonsense');
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
