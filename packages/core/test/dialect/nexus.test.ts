import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startServer } from '@sio/test-kit';
import { pythonWith } from '@sio/test-kit/python';
import { describe, expect, test } from 'vitest';

/** Prints the length of what it is told first, and the answer to its own question. */
const CLIENT = `
import sys
from socketIO_client_nexus import SocketIO
heard = []
sio = SocketIO('127.0.0.1', int(sys.argv[1]), transports=[sys.argv[2]])
sio.on('said', lambda word: heard.append(len(word)))
sio.emit('echo', 'hello', lambda *args: heard.append(*args))
while len(heard) < 2:
    sio.wait(seconds=0.1)
print(*sorted(heard, key=str))
sio.disconnect()
`;

const python = pythonWith('4.6');

describe.skipIf(python === undefined)('socketIO-client-nexus 0.7.6 of Python, which reads text only', () => {
  test.each(['xhr-polling', 'websocket'])('is told short and long texts over %s', async (transport) => {
    for (const size of [10, 150_000]) {
      const { port } = await startServer({
        onConnection(socket) {
          socket.emit('said', 'x'.repeat(size));
          socket.on('echo', (word, answer) => answer(word));
        },
      });
      const { stdout } = await promisify(execFile)(python!, ['-X', 'utf8', '-c', CLIENT, String(port), transport]);
      expect(stdout.trim()).toBe(`${size} hello`);
    }
  });
});
