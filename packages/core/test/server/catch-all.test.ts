import { Namespace } from '@sio/core';
import { connect, startServer, type Version } from '@sio/test-kit';
import { describe, expect, test } from 'vitest';

const websocket = { transports: ['websocket'] };

class Chat extends Namespace {
  onWho() {
    return 'chat';
  }
}

class Order extends Namespace {
  onWho() {
    return `order ${this.params.id}`;
  }
}

/** Takes every event of every namespace. */
class Others extends Namespace {
  onUnhandled(event: string, ...args: unknown[]) {
    return [this.nsp.name, event, ...args];
  }
}

describe.each<Version>(['4.8.4', '2.5.0', '0.9.17'])('a class for all other namespaces, with clients %s', (version) => {
  test('serves those that no other class serves, and every event of theirs', async () => {
    const { url } = await startServer({ namespaces: { '/chat': Chat, '*': Others, '/orders/:id': Order } });
    const ask = (nsp: string, ...event: [string, ...unknown[]]) => connect(version, url + nsp, websocket).ask(...event);
    expect(await ask('/chat', 'who')).toEqual(['chat']);
    expect(await ask('/orders/7', 'who')).toEqual(['order 7']);
    expect(await ask('/any/thing', 'some event', 1)).toEqual([['/any/thing', 'some event', 1]]);
  });
});

describe('namespaces', () => {
  test('that are not registered are refused: registered names are the allowed ones', async () => {
    const { url } = await startServer({ namespaces: { '/chat': Chat } });
    const [error] = await connect('4.8.4', `${url}/admin`, websocket).next('connect_error');
    expect(error.message).toBe('Invalid namespace');
  });

  test('without a class or a listener are allowed by naming them', async () => {
    const { io, url } = await startServer();
    io.of('/quiet');
    await connect('4.8.4', `${url}/quiet`, websocket).next('connect');
  });

  test('can all be allowed in the function style as well', async () => {
    const { io, url } = await startServer();
    io.of(/.*/).on('connection', (socket) => socket.on('who', (answer) => answer(socket.nsp.name)));
    expect(await connect('4.8.4', `${url}/whatever`, websocket).ask('who')).toEqual(['/whatever']);
  });
});
