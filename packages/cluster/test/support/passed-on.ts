import { fetchAnswer, legacySessionId, RawWebSocket } from '@sio/test-kit';

/** One protocol version, as its frames look. */
export interface Dialect {
  readonly name: string;
  /** Opens a session. @returns its id */
  open(url: string): Promise<string>;
  /** Where its polls go. */
  poll(url: string, sid: string): string;
  /** Opens the WebSocket of a session; resolves when the session is on it. */
  upgrade(url: string, sid: string): Promise<RawWebSocket>;
  /** The frame of an event. */
  event(name: string, value: number): string;
  /** The frame with which a client asks for an acknowledgement. */
  question(name: string): string;
  /** Its acknowledgement. */
  readonly answer: string;
  /** The answer to a poll that has nothing to tell. */
  readonly noop: string;
}

function engine(version: 3 | 4): Dialect {
  const target = `/socket.io/?EIO=${version}&transport=polling`;
  const framed = (packet: string) => (version === 3 ? `${packet.length}:${packet}` : packet);
  return {
    name: version === 3 ? '2.x' : '4.x',
    async open(url) {
      const { body } = await fetchAnswer(url + target);
      const { sid } = JSON.parse(body.slice(body.indexOf('{'), body.indexOf('}') + 1)) as { sid: string };
      if (version === 4) await fetchAnswer(`${url}${target}&sid=${sid}`, { method: 'POST', body: '40' });
      // Of 3, the first answer has it already, or the first poll.
      if (version === 4 || !body.endsWith('40')) await fetchAnswer(`${url}${target}&sid=${sid}`);
      return sid;
    },
    poll: (url, sid) => `${url}${target}&sid=${sid}`,
    async upgrade(url, sid) {
      const ws = await RawWebSocket.open(`${url}${target.replace('polling', 'websocket')}&sid=${sid}`);
      await ws.send('2probe').next();
      return ws.send('5');
    },
    event: (name, value) => `42["${name}",${value}]`,
    question: (name) => `421["${name}"]`,
    answer: '431["done"]',
    noop: framed('6'),
  };
}

/** One of each protocol version. */
export const DIALECTS: readonly Dialect[] = [
  engine(4),
  engine(3),
  {
    name: '0.9',
    async open(url) {
      return legacySessionId((await fetchAnswer(`${url}/socket.io/1/`)).body);
    },
    poll: (url, sid) => `${url}/socket.io/1/xhr-polling/${sid}`,
    async upgrade(url, sid) {
      const ws = await RawWebSocket.open(`${url}/socket.io/1/websocket/${sid}`);
      await ws.next();
      return ws;
    },
    event: (name, value) => `5:::{"name":"${name}","args":[${value}]}`,
    question: (name) => `5:1+::{"name":"${name}","args":[]}`,
    answer: '6:::1+["done"]',
    noop: '8::',
  },
];
