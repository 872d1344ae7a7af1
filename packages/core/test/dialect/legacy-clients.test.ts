import type { Socket } from '@sio/core';
import { connect, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const TEXTS = [
  'ascii',
  'é',
  'Ã©',
  'Привет',
  '漢字',
  '\u2028\u2029',
  '😀🏴‍☠️',
  '𠀀',
  '\u{10fffd}',
  '"\\/\n\r\t\u0000',
  '\ufffd5\ufffd',
];

describe.each(['websocket', 'xhr-polling'])('client 0.9.17 over %s', (transport) => {
  it('sends and receives events with text from every plane of Unicode', async () => {
    const { io, url } = await startServer();
    io.on('connection', (socket: Socket) => {
      socket.on('echo', (text: string, ack: (text: string) => void) => {
        socket.emit('said', text);
        ack(text);
      });
    });
    const client = connect('0.9.17', url, { transports: [transport] });
    await client.next('connect');
    for (const text of TEXTS) {
      const said = client.next('said');
      expect(await client.ask('echo', text)).toEqual([text]);
      expect(await said).toEqual([text]);
    }
  });
});
