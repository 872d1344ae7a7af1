import { once } from 'node:events';
import {
  ClientNamespace,
  Connection,
  DisconnectedError,
  type ErrorContext,
  ServerRefusal,
  TimeoutError,
} from '@sio/client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ChatNamespace, NewsNamespace } from './support/server.js';
import { startChat } from './support/server.js';

/** Remembers what reaches it, and lets a test wait for it. */
class Chat extends ClientNamespace<typeof ChatNamespace> {
  static override readonly namespace: string = '/chat';
  readonly seen: unknown[][] = [];

  protected note(...what: unknown[]) {
    this.seen.push(what);
    this.changed();
  }

  /** Resolves when `count` things have been noted. */
  async until(count: number): Promise<unknown[][]> {
    while (this.seen.length < count) {
      await new Promise<void>((resolve) => {
        const unsubscribe = this.subscribe(() => {
          unsubscribe();
          resolve();
        });
      });
    }
    return this.seen;
  }

  onSaid(from: string, text: string) {
    this.note('said', from, text);
  }

  onPrivateMessage(text: string) {
    this.note('private', text);
  }
}

function leaving<Client extends { disconnect(): void }>(client: Client): Client {
  onTestFinished(() => client.disconnect());
  return client;
}

describe('a client namespace', () => {
  it('handles an event in the method with its name', async () => {
    const { url } = await startChat();
    const chat = leaving(new Chat(url, { auth: { name: 'ada' } }));
    expect(await chat.call('say', 'hello')).toEqual({ delivered: true, length: 5 });
    expect(await chat.until(1)).toEqual([['said', 'ada', 'hello']]);
  });

  it('matches names as the server does', async () => {
    const { url } = await startChat();
    const chat = leaving(new Chat(url));
    chat.emit('whisper', 'psst');
    expect(await chat.until(1)).toEqual([['private', 'psst']]);
  });

  it('treats a field that holds a function as a method', async () => {
    class Fields extends ClientNamespace<typeof ChatNamespace> {
      said: ((text: string) => void) | undefined;
      onSaid = (_from: string, text: string) => this.said?.(text);
    }
    const { url } = await startChat();
    const chat = leaving(new Fields(url));
    const heard = new Promise((resolve) => {
      chat.said = resolve;
    });
    chat.emit('say', 'from a field');
    expect(await heard).toBe('from a field');
  });

  it('never reaches members that the class did not declare', async () => {
    class Curious extends Chat {
      onUnhandled(event: string) {
        this.note('unhandled', event);
      }
    }
    const { url, io } = await startChat();
    const chat = leaving(new Curious(url));
    await chat.ready();
    for (const event of ['Disconnect!', 'constructor', 'subscribe', 'toString', '__proto__', 'unhandled']) {
      io.of('/chat').emit(event as 'said', '', '');
    }
    const seen = await chat.until(6);
    expect(seen.map(([how]) => how)).toEqual(Array(6).fill('unhandled'));
    expect(chat.connected).toBe(true);
  });

  it('refuses two methods for one event', async () => {
    class Twice extends Chat {
      on_said() {}
      onError(error: unknown) {
        this.note('error', (error as Error).message);
      }
    }
    const { url } = await startChat();
    const chat = leaving(new Twice(url));
    chat.emit('say', 'hello');
    expect((await chat.until(1))[0]?.[1]).toMatch(/on_said and onSaid serve the same event/);
  });

  it('acknowledges with the value that a method returns or resolves with', async () => {
    class Sync extends ClientNamespace<typeof ChatNamespace> {
      onAsk(question: string) {
        return `${question}!`;
      }
    }
    class Later extends ClientNamespace<typeof ChatNamespace> {
      async onAsk(question: string) {
        return [question, 'later'];
      }
    }
    class Silent extends ClientNamespace<typeof ChatNamespace> {
      onAsk() {}
    }
    const { url } = await startChat();
    expect(await leaving(new Sync(url)).call('askMe', 'why')).toBe('why!');
    expect(await leaving(new Later(url)).call('askMe', 'why')).toEqual(['why', 'later']);
    expect(await leaving(new Silent(url)).call('askMe', 'why')).toBeUndefined();
  });

  it('answers the server that it has no method or that its method failed, and reports the error', async () => {
    const failures: unknown[] = [];
    class Broken extends ClientNamespace<typeof ChatNamespace> {
      async onAsk() {
        throw new Error('secret');
      }
      onError(error: unknown, context: ErrorContext) {
        failures.push([(error as Error).message, context.source]);
      }
    }
    class Deaf extends ClientNamespace<typeof ChatNamespace> {}
    const { url } = await startChat();
    await expect(leaving(new Broken(url)).call('askMe', 'why')).rejects.toMatchObject({ name: 'internal_error' });
    expect(failures).toEqual([['secret', 'ask']]);
    await expect(leaving(new Deaf(url)).call('askMe', 'why')).rejects.toMatchObject({ name: 'no_such_method' });
  });

  it('prints errors if there is no onError', async () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => print.mockRestore());
    class Noisy extends ClientNamespace<typeof ChatNamespace> {
      onAsk() {
        throw new Error('broken');
      }
    }
    const { url } = await startChat();
    await expect(leaving(new Noisy(url)).call('askMe', 'why')).rejects.toBeInstanceOf(ServerRefusal);
    expect(print).toHaveBeenCalledExactlyOnceWith('Noisy, ask:', expect.objectContaining({ message: 'broken' }));
  });
});

describe('a call', () => {
  it('returns no value, one value or several, as the server does', async () => {
    const { url } = await startChat();
    const chat = leaving(new Chat(url));
    expect(await chat.call('nothing')).toBeUndefined();
    expect(await chat.call('both', 1)).toEqual(['OK', 123]);
  });

  it('throws the refusal of the server with its name, message and data', async () => {
    const { url } = await startChat();
    const chat = leaving(new Chat(url));
    const refused = await chat.call('fail').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ServerRefusal);
    expect(refused).toMatchObject({ name: 'room_full', message: 'The room is full', details: { limit: 20 } });
  });

  it('throws when no answer comes in time', async () => {
    const { url } = await startChat();
    const chat = leaving(new Chat(url));
    await expect(chat.timeout(20).call('slow')).rejects.toThrow(TimeoutError);
  });

  it('throws when the connection ends before the answer', async () => {
    const { url } = await startChat();
    const chat = leaving(new Chat(url));
    await chat.ready();
    const pending = chat.call('slow');
    chat.emit('kick');
    await expect(pending).rejects.toThrow(DisconnectedError);
  });
});

describe('the life of a client', () => {
  it('calls its hooks, also during a reconnection', async () => {
    class Hooked extends Chat {
      onConnect() {
        this.note('connect');
      }
      onDisconnect(reason: string, reconnects: boolean) {
        this.note('disconnect', reason, reconnects);
      }
      onReconnectAttempt(attempt: number) {
        this.note('attempt', attempt);
      }
    }
    const { url } = await startChat();
    const connection = new Connection(url, { reconnectionDelay: 1, transports: ['websocket'] });
    const chat = leaving(new Hooked(connection));
    await chat.ready();
    chat.emit('cut');
    expect(await chat.until(4)).toEqual([
      ['connect'],
      ['disconnect', 'transport close', true],
      ['attempt', 1],
      ['connect'],
    ]);
    expect(chat.signal.aborted).toBe(false);
  });

  it('reports why the server refuses it, and stops', async () => {
    const { url } = await startChat();
    const chat = leaving(new Chat(url, { auth: { name: 'mallory' } }));
    await expect(chat.ready()).rejects.toMatchObject({ message: 'not you', data: { code: 7 } });
    expect(chat.signal.aborted).toBe(true);
  });

  it('waits for a connection until its timeout', async () => {
    const chat = leaving(new Chat('http://127.0.0.1:9', { autoConnect: true }));
    await expect(chat.ready({ timeout: 50 })).rejects.toThrow('No connection within 50 ms');
  });

  it('ends its tasks and its sleep when it leaves', async () => {
    const { url } = await startChat();
    const chat = leaving(new Chat(url));
    await chat.ready();
    let ended: unknown;
    chat.spawn(async (signal) => {
      await once(signal, 'abort');
      ended = signal.aborted;
    });
    const asleep = chat.sleep(60_000);
    chat.disconnect();
    await expect(asleep).rejects.toMatchObject({ name: 'AbortError' });
    expect(ended).toBe(true);
  });

  it('reports a task that fails before the client ends', async () => {
    class Watched extends Chat {
      onError(error: unknown, { source }: ErrorContext) {
        this.note(source, (error as Error).message);
      }
    }
    const { url } = await startChat();
    const chat = leaving(new Watched(url));
    chat.spawn(async () => {
      throw new Error('later');
    });
    chat.spawn(() => {
      throw new Error('at once');
    });
    expect(await chat.until(2)).toEqual([
      ['task', 'at once'],
      ['task', 'later'],
    ]);
  });

  it('can connect again after it left, with a new signal', async () => {
    const { url } = await startChat();
    const chat = leaving(new Chat(url));
    await chat.ready();
    chat.disconnect();
    const { signal } = chat;
    await chat.connect().ready();
    expect([signal.aborted, chat.signal.aborted, chat.connected]).toEqual([true, false, true]);
  });
});

describe('a connection', () => {
  it('carries several namespaces, and stays open until the last one leaves', async () => {
    class News extends ClientNamespace<typeof NewsNamespace> {
      static override readonly namespace = '/news';
      heard: string[] = [];
      onHeadline(text: string) {
        this.heard.push(text);
        this.changed();
      }
    }
    const { url, io } = await startChat();
    const connection = new Connection(url, { transports: ['websocket'] });
    const chat = leaving(new Chat(connection));
    const news = leaving(new News(connection));
    await Promise.all([chat.ready(), news.ready()]);
    expect(io.engine.clientsCount).toBe(1);
    expect(connection.transport).toBe('websocket');
    chat.disconnect();
    expect(await news.call('publish', 'still here')).toBe(10);
    expect(news.heard).toEqual(['still here']);
    connection.close();
    expect([news.connected, connection.transport]).toEqual([false, undefined]);
  });
});
