import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { logoutSuite, visitorOf } from '@sio/conformance/suites';
import { Namespace, socketio } from '@sio/core';
import { connect, fetchAnswer, legacySessionId, listen, startServer, type Version } from '@sio/test-kit';
import { ClusterAdapter, type ClusterMessage, type ClusterResponse } from 'socket.io-adapter';
import { describe, expect, test } from 'vitest';

class Quiet extends Namespace {
  onWho() {
    return 'me';
  }
}

const sessionId = ({ url }: IncomingMessage) =>
  new URL(url ?? '', 'http://local').searchParams.get('session') ?? undefined;
const member = (id: string) => ({ transports: ['websocket'], query: { session: id } });

const MEMBERS = { namespaces: { '/': Quiet, '/chat': Quiet }, sessionId };

describe('ending a login session', () => {
  test.each<[Version, string]>([
    ['0.9.17', 'booted'],
    ['2.5.0', 'io server disconnect'],
    ['4.8.4', 'io server disconnect'],
  ])('disconnects its clients and no others (%s)', async (version, told) => {
    const { io, url } = await startServer(MEMBERS);
    const [one, two, other] = ['ann', 'ann', 'ben'].map((id) => connect(version, `${url}/chat`, member(id)));
    await Promise.all([one, two, other].map((client) => client!.ask('who')));
    const gone = [one, two].map((client) => client!.next('disconnect'));
    expect(io.endSession('ann')).toBe(2);
    expect((await Promise.all(gone)).map(([reason]) => reason)).toEqual([told, told]);
    expect(await other!.ask('who')).toEqual(['me']);
    expect(io.endSession('ann')).toBe(0);
  });

  test('finds the session of express-session without configuration', async () => {
    const { io, url } = await startServer({ ...MEMBERS, sessionId: undefined as never });
    io.engine.use((req: IncomingMessage & { sessionID?: string }, _res, next) => {
      req.sessionID = 'from the middleware';
      next();
    });
    const client = connect('4.8.4', url, { transports: ['websocket'] });
    await client.ask('who');
    const gone = client.next('disconnect');
    expect(io.endSession('from the middleware')).toBe(1);
    await gone;
  });

  test.each([{ transports: ['polling'] }, { transports: ['websocket'] }])(
    'finds the connections that have let go of their requests, over $transports',
    async ({ transports }) => {
      const { io, url } = await startServer({ ...MEMBERS, releaseRequest: true });
      const [ann, ben] = ['ann', 'ben'].map((id) => connect('4.8.4', url, { ...member(id), transports }));
      await Promise.all([ann, ben].map((client) => client!.ask('who')));
      const gone = ann!.next('disconnect');
      expect(io.endSession('ann')).toBe(1);
      await gone;
      expect(await ben!.ask('who')).toEqual(['me']);
    },
  );

  function busAdapter() {
    const bus = new EventEmitter();
    class BusAdapter extends ClusterAdapter {
      constructor(hub: never) {
        super(hub);
        bus.on('message', (message: ClusterMessage) => void (message.uid !== this.uid && this.onMessage(message)));
      }

      override async doPublish(message: ClusterMessage) {
        bus.emit('message', message);
        return '';
      }

      override async doPublishResponse(_uid: string, _response: ClusterResponse) {}
    }
    return BusAdapter as never;
  }

  test('reaches the clients of other servers through the adapter', async () => {
    const adapter = busAdapter();
    const [here, there] = await Promise.all([1, 2].map(() => startServer({ ...MEMBERS, adapter })));
    const client = connect('4.8.4', there!.url, member('ann'));
    await client.ask('who');
    const gone = client.next('disconnect');
    expect(here!.io.endSession('ann')).toBe(0);
    expect((await gone)[0]).toBe('io server disconnect');
  });

  test('reaches a handshake of 0.9 without a transport on another server', async () => {
    const adapter = busAdapter();
    const [here, there] = await Promise.all([1, 2].map(() => startServer({ ...MEMBERS, adapter })));
    const { body } = await fetchAnswer(`${there!.url}/socket.io/1/?session=ann`);
    const sid = legacySessionId(body);
    const conn = there!.io.engine.clients.get(sid!);
    expect(here!.io.endSession('ann')).toBe(0);
    await until(() => conn?.readyState === 'closed');
    expect((await fetchAnswer(`${there!.url}/socket.io/1/xhr-polling/${sid}`)).body).toBe('7:::1+0');
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Users log in and out on plain Node: the cookie is the session. */
async function appOnNode() {
  const sessions = new Map<string, string>();
  const idOf = ({ headers }: IncomingMessage) => /login=(\d+)/.exec(headers.cookie ?? '')?.[1];
  const http = createServer((req: IncomingMessage, res: ServerResponse) => {
    if (req.url === '/login') {
      const id = String(sessions.size + 1);
      sessions.set(id, 'Ann');
      res.setHeader('Set-Cookie', `login=${id}`);
    } else {
      const id = idOf(req) ?? '';
      sessions.delete(id);
      io.endSession(id);
    }
    res.writeHead(204).end();
  });
  const { io } = socketio({ '/chat': Quiet }, { sessionId: idOf }).attach(http);
  return { io, ...visitorOf(await listen(http, { io })) };
}

logoutSuite(appOnNode);
