import { once } from 'node:events';
import { acks, ClientError, Namespace, type ServerOptions } from '@sio/core';
import { LegacySession, RawWebSocket, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

/** A client of 0.9 that writes its own packets, and a class that serves it. */
class Chat extends Namespace {
  static notes: string[] = [];

  initialize() {
    Chat.notes.push(`initialize ${this.nsp.name}`);
  }

  onConnect() {
    Chat.notes.push(`connect ${this.nsp.name}`);
  }

  onMessage() {}

  onPair() {
    return acks('OK', 123);
  }

  onNothing() {}

  onNull() {
    return null;
  }

  onRefuse() {
    throw new ClientError('not_now', 'The door is locked');
  }

  async onAsk() {
    return this.timeout(30_000).emitWithAck('question', 1);
  }

  onSayOrdered() {
    this.emit('ordered', { z: 1, a: 2 });
  }

  onSayJson() {
    this.send({ a: 1 });
  }
}

class Closed extends Chat {
  static acl = ['pair'];

  onOpen() {}
}

async function open(options: ServerOptions = {}) {
  Chat.notes = [];
  const { io, url } = await startServer({
    namespaces: { '/': Chat, '/chat': Chat, '/closed': Closed },
    errorHandler: () => {},
    ...options,
  });
  const session = await LegacySession.shake(url);
  const ws = await RawWebSocket.open(session.url('websocket'));
  expect(await ws.next()).toBe('1::');
  const ask = async (packet: string) => ws.send(packet).next();
  return { io, ws, ask };
}

describe('a packet of 0.9 that asks for an answer gets', () => {
  it.each([
    ['several values', '{"name":"pair"}', '["OK",123]'],
    ['null', '{"name":"null"}', '[null]'],
    ['a refusal', '{"name":"refuse"}', '[{"error":{"name":"not_now","message":"The door is locked"}}]'],
  ])('%s', async (_, event, answer) => {
    const { ask } = await open();
    expect(await ask(`5:1+::${event}`)).toBe(`6:::1+${answer}`);
  });

  it('a refusal as its answer, and no event besides', async () => {
    const { ask, ws } = await open();
    await ask('5:1+::{"name":"refuse"}');
    expect(await ask('5:2+::{"name":"pair"}')).toBe('6:::2+["OK",123]');
    ws.close();
  });

  it('an answer without values when the method returns nothing', async () => {
    const { ask } = await open();
    expect(await ask('5:1+::{"name":"nothing"}')).toMatch(/^6:::1(\+\[\])?$/);
  });
});

describe('a packet of 0.9 that asks for none', () => {
  it('gets none, and a failure comes as an error event in the namespace of the packet', async () => {
    const { ask, ws } = await open();
    await ask('1::/chat');
    expect(await ask('5::/chat:{"name":"refuse"}')).toBe(
      '5::/chat:{"name":"error","args":["not_now","The door is locked"]}',
    );
    expect(await ask('5::/chat:{"name":"sing"}')).toBe(
      '5::/chat:{"name":"error","args":["no_such_method","The method \\"sing\\" was not found"]}',
    );
    expect(await ask('5::/chat:{"name":"!"}')).toContain('"unallowed_event_name"');
    // A success has no answer: the next answer is that of the next packet.
    ws.send('5::/chat:{"name":"pair"}', '5:2+:/chat:{"name":"null"}');
    expect(await ws.next()).toBe('6::/chat:2+[null]');
  });
});

describe('the ACL of a class', () => {
  it('applies to messages and JSON of 0.9 too, which are the event message', async () => {
    const { ask } = await open();
    await ask('1::/closed');
    const denied = '5::/closed:{"name":"error","args":["method_access_denied","You do not have access to';
    expect(await ask('3::/closed:hi')).toContain(denied);
    expect(await ask('4::/closed:{"a":1}')).toContain(denied);
    expect(await ask('5:1+:/closed:{"name":"pair"}')).toBe('6::/closed:1+["OK",123]');
  });

  it('does not apply to hooks, which no list has to name', async () => {
    const { ask } = await open();
    expect(await ask('1::/closed')).toBe('1::/closed');
    expect(Chat.notes).toEqual(['initialize /', 'connect /', 'initialize /closed', 'connect /closed']);
  });
});

describe('a client of 0.9', () => {
  it('is in the main namespace without a request, after initialize and onConnect have run', async () => {
    const { ask } = await open();
    expect(await ask('5:1+::{"name":"pair"}')).toBe('6:::1+["OK",123]');
    expect(Chat.notes).toEqual(['initialize /', 'connect /']);
  });

  it('gets questions answered, and its unexpected answers and errors are ignored', async () => {
    const { ask, ws } = await open();
    expect(await ask('5:7+::{"name":"ask"}')).toMatch(/^5:\d+\+::\{"name":"question","args":\[1\]\}$/);
    ws.send('6:::99+["unexpected"]', '7:::0+0', '7::/chat:2');
    expect(await ask('6:::1+["yes"]')).toBe('6:::7+["yes"]');
  });

  it('gets the keys of objects in the order in which they were set', async () => {
    const { ask } = await open();
    expect(await ask('5:::{"name":"sayOrdered"}')).toBe('5:::{"name":"ordered","args":[{"z":1,"a":2}]}');
  });

  it('gets objects of send() as JSON', async () => {
    const { ask } = await open();
    expect(await ask('5:::{"name":"sayJson"}')).toBe('4:::{"a":1}');
  });

  it('leaves every namespace with the main one', async () => {
    const { io, ask, ws } = await open();
    await ask('1::/chat');
    const left = ['/', '/chat'].map((name) => {
      const [socket] = [...io.of(name).sockets.values()];
      return once(socket as never, 'disconnect');
    });
    ws.send('0::');
    await Promise.all(left);
    expect(io.connectionStats().total).toBe(0);
  });
});
