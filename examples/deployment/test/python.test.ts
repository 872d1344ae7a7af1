import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { startServer } from '@sio/test-kit';
import { startNginx } from '@sio/test-kit/programs';
import { type PythonClient, pythonWith } from '@sio/test-kit/python';
import { service } from '@sio/test-kit/services';
import { describe, expect, test } from 'vitest';

/** Connects, waits for the last of the transports, asks something over it, and prints what it heard. */
const CLIENT = `
import sys, time, socketio
url, transports = sys.argv[1], sys.argv[2].split(',')
sio = socketio.Client(reconnection=False)
try:
    sio.connect(url, transports=transports)
    answered = []
    sio.emit('echo', 'hello', callback=answered.append)
    while not answered and sio.connected:
        time.sleep(0.01)
    print(sio.eio.current_transport, *answered)
    sio.disconnect()
except socketio.exceptions.ConnectionError as error:
    print('refused')
`;

describe.each<PythonClient>(['4.6', '5.x'])('python-socketio %s', (release) => {
  const python = pythonWith(release);

  /** Resolves with the last line of the client, which names its address as its origin where it opens a WebSocket. */
  async function connect(file: string, transports: string) {
    const told: unknown[] = [];
    const nothing = () => {};
    const logger = { error: nothing, info: nothing, debug: nothing, warn: (what: unknown) => void told.push(what) };
    const { port } = await startServer({
      logger,
      onConnection: (socket) => void socket.on('echo', (word, answer) => answer(word)),
    });
    const url = await startNginx(port, readFileSync(new URL(`../nginx/${file}`, import.meta.url), 'utf8'));
    const { stdout } = await promisify(execFile)(python!, ['-X', 'utf8', '-c', CLIENT, url, transports]);
    return { url, heard: stdout.trim(), told };
  }

  describe.skipIf(python === undefined || service('nginx') === undefined)('behind nginx', () => {
    test.each(['site.conf', 'usual.conf', 'host-and-port.conf'])('connects over WebSocket with %s', async (file) => {
      expect(await connect(file, 'websocket')).toMatchObject({ heard: 'websocket hello', told: [] });
    });

    test('polls and upgrades without a Host line, because it has read the answer to its handshake', async () => {
      expect(await connect('without-host.conf', 'polling,websocket')).toMatchObject({
        heard: 'websocket hello',
        told: [],
      });
    });

    test('counts as a foreign page without a Host line if it begins with a WebSocket, and the log names the remedies', async () => {
      const { url, heard, told } = await connect('without-host.conf', 'websocket');
      expect(heard).toBe('refused');
      expect(told).toEqual([expect.stringContaining(`a page of ${url} was refused`)]);
      expect(told[0]).toContain('allowedOrigins');
    });
  });
});
