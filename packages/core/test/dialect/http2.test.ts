import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { type ClientHttp2Stream, connect, createSecureServer, type IncomingHttpHeaders } from 'node:http2';
import { Server } from '@sio/core';
import { certificate, listen } from '@sio/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';

/** A server that speaks HTTP/2 alone, and a connection to it. */
async function startHttp2() {
  const http = createSecureServer(certificate());
  const io = new Server(http as unknown as HttpServer, {
    legacyTransports: ['htmlfile', 'xhr-multipart', 'xhr-polling', 'jsonp-polling'],
  });
  const session = connect(await listen(http as unknown as HttpServer), { rejectUnauthorized: false });
  onTestFinished(async () => {
    session.destroy();
    await io.close();
  });
  return { io, session };
}

type Session = Awaited<ReturnType<typeof startHttp2>>['session'];
type Answer = { headers: IncomingHttpHeaders; stream: ClientHttp2Stream; first: string };

/** The answer's headers and its first piece. */
async function get(session: Session, path: string): Promise<Answer> {
  const stream = session.request({ ':path': path });
  stream.setEncoding('utf8').end();
  const [[headers], [first]] = (await Promise.all([once(stream, 'response'), once(stream, 'data')])) as [
    [IncomingHttpHeaders],
    [string],
  ];
  return { headers, stream, first };
}

async function postText(session: Session, path: string, body: string): Promise<IncomingHttpHeaders> {
  const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'text/plain;charset=UTF-8' });
  stream.end(body);
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  stream.resume();
  return headers;
}

const FORBIDDEN = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

function expectAllowed(headers: IncomingHttpHeaders): void {
  expect(headers[':status']).toBe(200);
  for (const name of FORBIDDEN) expect(headers).not.toHaveProperty(name);
}

/** Each way to poll or to stream: how a session is made, and where it goes on. */
const WAYS = [
  ...['htmlfile', 'xhr-multipart', 'xhr-polling', 'jsonp-polling'].map((name) => ({
    name: `0.9 over ${name}`,
    greeting: '/socket.io/1/',
    session: (text: string) => `/socket.io/1/${name}/${text.split(':')[0]}`,
    said: name === 'jsonp-polling' ? 'io.j[0]("1::");' : '1::',
    // What JSONP posts is a form.
    post: name === 'jsonp-polling' ? `d=${encodeURIComponent('"8::"')}` : '8::',
  })),
  ...['', '&j=3'].map((more) => ({
    name: `Engine.IO 3 over polling${more}`,
    greeting: `/socket.io/?EIO=3&transport=polling&b64=1${more}`,
    session: (text: string) =>
      `/socket.io/?EIO=3&transport=polling&b64=1${more}&sid=${/sid\\?":\\?"([\w-]+)/.exec(text)?.[1]}`,
    said: '2:40',
    post: more === '' ? '10:42["echo"]' : undefined,
  })),
  {
    name: 'Engine.IO 4 over polling',
    greeting: '/socket.io/?EIO=4&transport=polling',
    session: (text: string) => `/socket.io/?EIO=4&transport=polling&sid=${/"sid":"([\w-]+)/.exec(text)?.[1]}`,
    said: undefined,
    post: '40',
  },
];

describe.each(WAYS)('a client', ({ name, greeting, session: sessionOf, said, post }) => {
  it.each([{ name }])('$name needs no header that HTTP/2 forbids', async () => {
    const { session } = await startHttp2();
    const hello = await get(session, greeting);
    expectAllowed(hello.headers);
    const path = sessionOf(hello.first);
    if (said !== undefined) {
      const answer = await get(session, path);
      expectAllowed(answer.headers);
      let text = answer.first;
      for (; !text.includes(said); ) text += String((await once(answer.stream, 'data'))[0]);
    }
    if (post !== undefined) expectAllowed(await postText(session, path, post));
  });
});
