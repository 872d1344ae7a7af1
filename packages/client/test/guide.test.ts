import { ClientNamespace, Connection, type Handlers, SimpleClient } from '@sio/client';
import { expect, it, onTestFinished } from 'vitest';
import type { ChatNamespace, NewsNamespace } from './support/server.js';
import { startChat } from './support/server.js';

const printed: unknown[][] = [];
const console = { log: (...what: unknown[]) => printed.push(what) };

class Chat extends ClientNamespace<typeof ChatNamespace> implements Handlers<typeof ChatNamespace> {
  static override readonly namespace = '/chat';

  onSaid(from: string, text: string) {
    console.log(from, text);
  }

  onAsk(question: string) {
    return `I do not know: ${question}`;
  }
}

class News extends ClientNamespace<typeof NewsNamespace> {
  static override readonly namespace = '/news';
}

it('the class of the guide calls the server and handles its events', async () => {
  const { url } = await startChat();
  const chat = new Chat(url, { auth: { name: 'Ada' } });
  await chat.ready();
  const { delivered } = await chat.call('say', 'hello');
  onTestFinished(() => chat.disconnect());
  expect(delivered).toBe(true);
  expect(printed).toEqual([['Ada', 'hello']]);
  expect(await chat.call('askMe', 'why')).toBe('I do not know: why');
});

it('the connection of the guide carries two namespaces', async () => {
  const { url } = await startChat();
  const connection = new Connection(url);
  const chat = new Chat(connection);
  const news = new News(connection);
  await Promise.all([chat.ready(), news.ready()]);
  connection.close();
  expect([chat.connected, news.connected]).toEqual([false, false]);
});

it('the script of the guide gets its answer', async () => {
  const { url } = await startChat();
  const client = await SimpleClient.connect(url, { namespace: '/chat' });
  await client.emit('say', 'hello');
  const [event, from, text] = await client.receive({ timeout: 5000 });
  const answer = await client.call('say', 'again');
  client.disconnect();
  expect([event, from, text, answer]).toEqual(['said', 'guest', 'hello', { delivered: true, length: 5 }]);
});
