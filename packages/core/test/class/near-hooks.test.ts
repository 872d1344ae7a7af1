import { ClassError, Namespace, on, socketio } from '@sio/core';
import { connect, startServer } from '@sio/test-kit';
import { expect, test } from 'vitest';

/** A class with one method of this name. */
function withMethod(name: string) {
  class Chat extends Namespace {}
  Object.defineProperty(Chat.prototype, name, { value() {} });
  return Chat;
}

test.each([
  ['onConnection', 'onConnect'],
  ['onConnected', 'onReady'],
  ['on_connected', 'onReady'],
  ['onDisconnected', 'onDisconnect'],
  ['onDisconnection', 'onDisconnect'],
])('a method called %s is refused when the class is registered, as %s is meant', (name, hook) => {
  const message = `Chat.${name} is neither a hook nor an event: name it ${hook} exactly, or bind an event to it with @on`;
  expect(() => socketio({ '/': withMethod(name) })).toThrow(new ClassError('SIO_CLASS_HOOK', message));
});

test('such a method may serve an event that is bound to it', async () => {
  class Chat extends Namespace {
    @on('connected')
    onConnected() {
      return 'served';
    }
  }
  const { url } = await startServer({ namespaces: { '/': Chat } });
  const client = connect('4.8.4', url, { transports: ['websocket'] });
  expect(await client.ask('connected')).toEqual(['served']);
});

test('a hook whose text names super.onConnect is fine, a call of it is not', () => {
  class Base extends Namespace {
    onConnect(): unknown {
      return true;
    }
  }
  class Named extends Base {
    override onConnect() {
      // It isn't super.onConnect() that runs it.
      return ['super.onConnect()', "it's super.onConnect", `super.onConnect`].length > 0;
    }
  }
  class Calling extends Base {
    override onConnect() {
      return `${super.onConnect()}` !== '';
    }
  }
  expect(() => socketio({ '/': Named })).not.toThrow();
  expect(() => socketio({ '/': Calling })).toThrow('would run twice');
});
