import { fetchAnswer, RawWebSocket, refusedUpgrade, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

/** How each revision asks for something of a session. */
const REVISIONS = {
  'Engine.IO 4': (url: string, sid: string, transport: string) =>
    `${url}/socket.io/?EIO=4&transport=${transport}&sid=${sid}`,
  'Engine.IO 3': (url: string, sid: string, transport: string) =>
    `${url}/socket.io/?EIO=3&transport=${transport}&sid=${sid}`,
  'no revision': (url: string, sid: string, transport: string) => `${url}/socket.io/?transport=${transport}&sid=${sid}`,
  'Socket.IO 0.9': (url: string, sid: string, transport: string) =>
    `${url}/socket.io/1/${transport === 'polling' ? 'xhr-polling' : transport}/${sid}`,
} as const;
type Revision = keyof typeof REVISIONS;

function engine3(revision: string) {
  return {
    open: async (url: string) => {
      const { body } = await fetchAnswer(`${url}/socket.io/?${revision}transport=polling&b64=1`);
      return sidOf(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1));
    },
    join: undefined,
    say: '18:42["echo","alive"]',
    heard: /42\["echoed","alive"\]/,
  };
}

/** Makes a session, and shows that it still works. */
const SESSIONS = {
  'Engine.IO 4': {
    open: async (url: string) => sidOf((await fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling`)).body.slice(1)),
    join: '40',
    say: '42["echo","alive"]',
    heard: /42\["echoed","alive"\]/,
  },
  'Engine.IO 3': engine3('EIO=3&'),
  // As the first releases of that spoke.
  'no revision': engine3(''),
  'Socket.IO 0.9': {
    open: async (url: string) => (await fetchAnswer(`${url}/socket.io/1/`)).body.split(':')[0] as string,
    join: undefined,
    say: '5:::{"name":"echo","args":["alive"]}',
    heard: /"name":"echoed","args":\["alive"\]/,
  },
} as const;

function sidOf(json: string): string {
  return (JSON.parse(json) as { sid: string }).sid;
}

function strangersTo(owner: keyof typeof SESSIONS): Revision[] {
  return (Object.keys(REVISIONS) as Revision[]).filter((revision) => revision !== owner);
}

const pairs = (Object.keys(SESSIONS) as (keyof typeof SESSIONS)[]).flatMap((owner) =>
  strangersTo(owner).map((stranger) => ({ owner, stranger })),
);

describe.each(pairs)('a session of $owner, asked for with $stranger', ({ owner, stranger }) => {
  async function open() {
    const { io, url } = await startServer();
    io.on('connection', (socket) => socket.on('echo', (text: string) => socket.emit('echoed', text)));
    const { open, join } = SESSIONS[owner];
    const sid = await open(url);
    const own = REVISIONS[owner](url, sid, 'polling') + (owner === 'Socket.IO 0.9' ? '' : '&b64=1');
    if (join !== undefined) await post(own, join);
    // Whatever the server has to say first.
    await fetchAnswer(own);
    return { url, sid, own, foreign: (transport: string) => REVISIONS[stranger](url, sid, transport) };
  }

  const post = (url: string, body: string) =>
    fetchAnswer(url, { method: 'POST', body, headers: { 'Content-Type': 'text/plain;charset=UTF-8' } });

  async function stillWorks(own: string) {
    expect((await post(own, SESSIONS[owner].say)).status).toBe(200);
    expect((await fetchAnswer(own)).body).toMatch(SESSIONS[owner].heard);
  }

  it('refuses a poll, and goes on', async () => {
    const { own, foreign } = await open();
    expect((await fetchAnswer(foreign('polling'))).status).toBe(400);
    await stillWorks(own);
  });

  it('refuses a POST, and goes on', async () => {
    const { own, foreign } = await open();
    expect((await post(foreign('polling'), SESSIONS[owner].say)).status).toBe(400);
    await stillWorks(own);
  });

  it('refuses a WebSocket, and goes on', async () => {
    const { own, foreign } = await open();
    expect((await refusedUpgrade(foreign('websocket'))).status).toBe(400);
    await stillWorks(own);
  });
});

it('a WebSocket of its own protocol version is let in', async () => {
  const { url } = await startServer();
  const sid = await SESSIONS['Engine.IO 4'].open(url);
  const ws = await RawWebSocket.open(REVISIONS['Engine.IO 4'](url, sid, 'websocket'));
  expect(await ws.send('2probe').next()).toBe('3probe');
});
