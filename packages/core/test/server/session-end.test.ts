import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Namespace, type ServerOptions } from '@sio/core';
import { connect, startServer, type Version } from '@sio/test-kit';
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

function serve(options: ServerOptions = {}) {
  return startServer({ namespaces: { '/': Quiet, '/chat': Quiet }, sessionId, ...options });
}

describe('ending a login session', () => {
  test.each<[Version, string]>([
    ['0.9.17', 'booted'],
    ['2.5.0', 'io server disconnect'],
    ['4.8.4', 'io server disconnect'],
  ])('sends its clients away and no one else (%s)', async (version, told) => {
    const { io, url } = await serve();
    const [one, two, other] = ['ann', 'ann', 'ben'].map((id) => connect(version, `${url}/chat`, member(id)));
    await Promise.all([one, two, other].map((client) => client!.ask('who')));
    const gone = [one, two].map((client) => client!.next('disconnect'));
    expect(io.endSession('ann')).toBe(2);
    expect((await Promise.all(gone)).map(([reason]) => reason)).toEqual([told, told]);
    expect(await other!.ask('who')).toEqual(['me']);
    expect(io.endSession('ann')).toBe(0);
  });

  test('finds the session of express-session by itself', async () => {
    const { io, url } = await serve({ sessionId: undefined as never });
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

  test('reaches the clients of other servers through the adapter', async () => {
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
    const [here, there] = await Promise.all([1, 2].map(() => serve({ adapter: BusAdapter as never })));
    const client = connect('4.8.4', there!.url, member('ann'));
    await client.ask('who');
    const gone = client.next('disconnect');
    expect(here!.io.endSession('ann')).toBe(0);
    expect((await gone)[0]).toBe('io server disconnect');
  });
});
