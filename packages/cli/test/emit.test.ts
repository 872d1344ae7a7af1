import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificate } from '@sio/test-kit';
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

  it.each(TRANSPORTS)('loses no event over %s, although it disconnects at once', async (transport) => {
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

  it('reads an argument from stdin, and bytes from a file', async () => {
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

  it('connects over TLS with its own certificate authority, or without verification', async () => {
    const { url, port } = await startOurs({ tls: true });
    const strict = await sio('emit', url, 'echo', '1', '--ack');
    expect([strict.code, strict.stderr]).toEqual([
      1,
      expect.stringMatching(/^error: TLS with .* fails: the certificate is self-signed\. /),
    ]);
    const folder = mkdtempSync(join(tmpdir(), 'sio-cli-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'ca.pem'), certificate().cert);
    const trusting = ['--ack', '--ca', join(folder, 'ca.pem')];
    for (const flags of [[], ['-t', 'websocket'], ['-p', '2'], ['-p', '0.9']]) {
      const trusted = await sio('emit', `https://localhost:${port}`, 'echo', '1', ...trusting, ...flags);
      expect(trusted).toMatchObject({ code: 0, stdout: '1\n' });
    }
    expect(await sio('emit', url, 'echo', '1', '--ack', '--insecure')).toMatchObject({ code: 0, stdout: '1\n' });
    const other = await sio('emit', url, 'echo', '1', ...trusting);
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('the certificate is for another host')]);
  });

  it('exits with 130 if it is interrupted before the acknowledgement', async () => {
    const { url, io } = await startOurs();
    const asked = new Promise<void>((resolve) => io.on('connection', (socket) => void socket.onAny(() => resolve())));
    const program = new Sio(['emit', url, 'nothing', '--ack']);
    await asked;
    program.child.kill('SIGINT');
    expect(await program.end()).toMatchObject({ code: 130, stdout: '' });
  });
});
