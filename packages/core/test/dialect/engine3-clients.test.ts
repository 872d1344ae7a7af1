import type { Socket } from '@sio/core';
import { connect, startServer, type Version } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const CLIENTS: Version[] = ['1.0.6', '1.1.0', '1.4.8', '1.7.4', '2.0.4', '2.5.0'];
const TRANSPORTS = [['websocket'], ['polling'], ['polling', 'websocket']];
const cases = CLIENTS.flatMap((version) => TRANSPORTS.map((transports) => ({ version, transports })));

/** Something of every plane that is in use, and what looks like text encoded twice. */
const TEXTS = [
  'ascii',
  'é',
  'ß und ÿ',
  'Привет',
  '漢字',
  '\u2028\u2029',
  '😀🏴‍☠️',
  '𠀀',
  '\u{e0041}',
  '\u{10fffd}',
  '"\\/\n\r\t\u0000',
];

describe.each(cases)('client $version over $transports', ({ version, transports }) => {
  it('sends and receives events with text from every plane of Unicode', async () => {
    const { io, url } = await startServer();
    io.on('connection', (socket: Socket) => {
      socket.on('echo', (text: string, ack: (text: string) => void) => {
        socket.emit('said', text);
        ack(text);
      });
    });
    const client = connect(version, url, { transports });
    await client.next('connect');
    for (const text of TEXTS) {
      const said = client.next('said');
      expect(await client.ask('echo', text)).toEqual([text]);
      expect(await said).toEqual([text]);
    }
  });
});
