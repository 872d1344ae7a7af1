import { describe, expect, it } from 'vitest';
import { jsonLines, Sio, sio } from './support/cli.js';
import { Chat, startOurs } from './support/servers.js';

describe('sio tail', () => {
  it.each(['0.9', '2', '4'])(
    'prints the events of a room as lines of JSON, as a client of version %s',
    async (version) => {
      const { url } = await startOurs();
      const flags = ['--room', 'lobby', '--count', '2', '--json', '-p', version];
      const result = await sio('tail', `${url}/chat`, ...flags);
      expect(result.code).toBe(0);
      expect(jsonLines(result)).toEqual(
        ['news', 'other'].map((event) => ({ time: expect.any(String), namespace: '/chat', event, args: ['lobby'] })),
      );
    },
  );

  it('prints the events that match its filters', async () => {
    const { url, io } = await startOurs();
    io.on('connection', (socket) => {
      for (const name of ['Ada', 'Bob']) socket.emit('user joined', { name, age: 36 });
      socket.emit('user typing', { name: 'Ada' });
      socket.emit('message', 'Ada');
      socket.emit('user left', { name: 'Ada', age: 36 });
    });
    const flags = ['-e', 'user *', '--not', '*typing', '-w', '0.name=Ada', '-w', '0.age=36', '-c', '2', '--json'];
    const lines = jsonLines(await sio('tail', url, ...flags));
    expect(lines.map(({ event }) => event)).toEqual(['user joined', 'user left']);
  });

  it('prints bytes as base64, and no control characters of the server', async () => {
    const { url, io } = await startOurs();
    io.on('connection', (socket) => socket.emit('\u001b[2J', Buffer.from('hi'), '\u001b]0;title\u0007\u009b'));
    const { stdout } = await sio('tail', url, '-c', '1');
    expect(stdout.slice(13)).toBe('\\u001b[2J {"base64":"aGk="} "\\u001b]0;title\\u0007\\u009b"\n');
  });

  it('reconnects when the connection is lost, and joins its rooms again', async () => {
    const { url, io } = await startOurs();
    const tail = new Sio(['tail', `${url}/chat`, '--room', 'lobby', '--event', 'news', '--count', '2', '--json']);
    await tail.printed('news');
    io.of('/chat').disconnectSockets(true);
    const result = await tail.end();
    expect([result.code, jsonLines(result).length]).toEqual([0, 2]);
  });

  it('exits with an error when the connection is lost, with --no-reconnect', async () => {
    const { url, io } = await startOurs();
    const tail = new Sio(['tail', `${url}/chat`, '--no-reconnect']);
    await tail.printed('connected to');
    io.of('/chat').disconnectSockets(true);
    expect(await tail.end()).toMatchObject({ code: 1, stderr: expect.stringMatching(/\nerror: .* disconnected: /) });
  });

  it('exits cleanly on ctrl-C', async () => {
    const { url, io } = await startOurs();
    const left = new Promise((resolve) =>
      io.of('/chat').on('connection', (socket) => socket.on('disconnect', resolve)),
    );
    const tail = new Sio(['tail', `${url}/chat`]);
    await tail.printed('connected to');
    tail.child.kill('SIGINT');
    expect(await tail.end()).toMatchObject({ code: 0, stdout: '' });
    expect(await left).toBe('client namespace disconnect');
  });

  it('exits after a time, and silently when its reader closes the pipe', async () => {
    const { url, io } = await startOurs({ namespaces: { '/': Chat } });
    expect(await sio('tail', url, '--for', '0.2')).toMatchObject({ code: 0 });
    io.on('connection', (socket) => {
      const timer = setInterval(() => socket.emit('tick', 'x'.repeat(1000)), 1);
      socket.on('disconnect', () => clearInterval(timer));
    });
    const tail = new Sio(['tail', url]);
    await tail.printed('tick');
    tail.child.stdout?.destroy();
    const { code, stderr } = await tail.end();
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('EPIPE')]);
  });
});
