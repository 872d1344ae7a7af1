import { describe, expect, it } from 'vitest';
import { jsonLines, Sio, sio } from './support/cli.js';
import { startOfficial, startOurs } from './support/servers.js';
import { Terminal } from './support/terminal.js';

describe('sio bench', () => {
  it.each(['0.9', '2', '4'])('measures acknowledgements of clients of version %s', async (version) => {
    const { url } = await startOurs();
    const flags = ['-e', 'echo', '-c', '3', '-d', '0.3', '-p', version, '--json'];
    const result = await sio('bench', `${url}/chat`, '{"a":1}', ...flags);
    const [{ connections, events }] = jsonLines(result);
    expect([result.code, connections.connected, connections.failed]).toEqual([0, 3, 0]);
    expect(events.sent).toBeGreaterThan(0);
    expect(events).toMatchObject({ acknowledged: events.sent, lost: 0 });
    const { min, p50, p99, max, count } = events.milliseconds;
    expect([count, [min, p50, p99, max].toSorted((a, b) => a - b)]).toEqual([events.sent, [min, p50, p99, max]]);
  });

  it('prints percentiles and a histogram for people', async () => {
    const url = await startOfficial();
    const { code, stdout, stderr } = await sio('bench', `${url}/chat`, 'hi', '-e', 'echo', '-c', '2', '-d', '0.3');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^connections {2}2 connected$/m);
    expect(stdout).toMatch(/^ {2}min [\d.]+ {2}mean .* p99\.9 .* ms$/m);
    expect(stdout).toMatch(/^ +below [\d.]+ ms +\d+ {2}█+$/m);
  });

  it('draws its progress on a terminal, and clears it before the report', async () => {
    const { url } = await startOurs();
    const terminal = new Terminal(['bench', `${url}/chat`, 'hi', '-e', 'echo', '-c', '2', '-d', '1']);
    const [hideCursor, showCursor] = ['\u001b[?25l', '\u001b[?25h'];
    await terminal.until(hideCursor);
    expect(await terminal.until(' 0%  0 connected, 0 events')).toContain('-'.repeat(30));
    await terminal.until(showCursor);
    const report = await terminal.until('ms\r\n');
    expect(report).toContain('\u001b[1mconnections\u001b[22m  2 connected');
    expect(report).not.toContain('%');
    expect(await terminal.exit).toBe(0);
  });

  it('sends at a rate, with or without acknowledgements', async () => {
    const { url } = await startOurs();
    const flags = ['-e', 'say', '-c', '2', '-d', '0.5', '-r', '20', '--json'];
    const [paced] = jsonLines(await sio('bench', `${url}/chat`, 'hi', ...flags));
    expect(paced.events.acknowledged).toBeLessThanOrEqual(22);
    expect(paced.events.received).toBeGreaterThan(0);
    const [silent] = jsonLines(await sio('bench', `${url}/chat`, 'hi', ...flags, '--no-ack'));
    expect([silent.events.sent > 0, silent.events.acknowledged]).toEqual([true, 0]);
    expect(await sio('bench', url, '-e', 'say', '--no-ack')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Add --rate'),
    });
  });

  it('puts no load on other machines unless it is told to', async () => {
    // An address that is reserved for documentation.
    const { code, stderr } = await sio('bench', 'http://192.0.2.1');
    expect([code, stderr]).toEqual([
      1,
      'error: http://192.0.2.1 is another machine, and this command puts load on it. If it is yours, add --allow-remote.\n',
    ]);
    const allowed = await sio('bench', 'http://192.0.2.1', '--allow-remote', '--timeout', '100', '-c', '1');
    expect([allowed.code, allowed.stderr]).toEqual([1, expect.not.stringContaining('another machine')]);
  });

  it('reports what it has when ctrl-C ends it, and connections that the server ends', async () => {
    const { url, io } = await startOurs();
    const joined = new Promise<void>((resolve) => {
      let count = 0;
      io.of('/chat').on('connection', () => ++count === 2 && resolve());
    });
    const program = new Sio(['bench', `${url}/chat`, '-c', '2', '-d', '60', '--json']);
    await joined;
    const client = [...io.of('/chat').sockets.values()][0];
    const left = new Promise((resolve) => client?.on('disconnect', resolve));
    client?.disconnect(true);
    await left;
    program.child.kill('SIGINT');
    const result = await program.end();
    expect(result.code).toBe(130);
    expect(jsonLines(result)[0].connections).toMatchObject({ connected: 2 });
  });
});
