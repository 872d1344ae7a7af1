import { readFileSync } from 'node:fs';
import type { Socket } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { next, open, startHowTo } from './support/programs.js';
import { draw, type Row } from './support/who-gets-it.js';

describe('presence', () => {
  it('counts users and not tabs, and ignores a reload', async () => {
    const { url } = await startHowTo('presence', { GRACE: '60000' });
    const bob = await open(`${url}/team`, { auth: { user: 'bob' } });
    const came: unknown[] = [];
    bob.on('came', (user) => came.push(user));
    const first = next(bob, 'came');
    const tab = await open(`${url}/team`, { auth: { user: 'ann' } });
    expect(await first).toEqual(['ann']);
    const other = await open(`${url}/team`, { auth: { user: 'ann' } });
    expect(await bob.emitWithAck('users')).toEqual(['ann', 'bob']);
    tab.disconnect();
    other.disconnect();
    await open(`${url}/team`, { auth: { user: 'ann' } });
    expect(await bob.emitWithAck('users')).toEqual(['ann', 'bob']);
    expect(came).toEqual(['ann']);
  });

  it('reports that a user has left when the time of grace is over', async () => {
    const { url } = await startHowTo('presence', { GRACE: '10' });
    const bob = await open(`${url}/team`, { auth: { user: 'bob' } });
    const ann = await open(`${url}/team`, { auth: { user: 'ann' } });
    const went = next(bob, 'went');
    ann.disconnect();
    expect(await went).toEqual(['ann']);
    expect(await bob.emitWithAck('users')).toEqual(['bob']);
  });
});

describe('the clients that get an event', () => {
  const page = new URL('../../../docs/how-to/who-gets-it.md', import.meta.url);

  it('match the table and the picture of the page', async () => {
    const { url } = await startHowTo('who-gets-it');
    const join = async (namespace: string, rooms: string[]) => {
      const socket = await open(url + namespace);
      await socket.emitWithAck('enter', rooms);
      return socket;
    };
    const caller = await join('/', ['tea']);
    const others = [
      await join('/', ['tea']),
      await join('/', ['tea', 'cake']),
      await join('/', ['cake']),
      await join('/', []),
      await join('/other', ['tea']),
    ];
    const clients = [caller, ...others];
    const heard = new Set<Socket>();
    for (const client of clients) {
      client.on('hello', (answer?: (name: string) => void) => {
        heard.add(client);
        answer?.(String(clients.indexOf(client)));
      });
    }
    const table = tableOf(readFileSync(page, 'utf8'));
    const measured: Row[] = [];
    for (const { way } of table) {
      heard.clear();
      const answer = await caller.emitWithAck('try', way.replaceAll('`', ''), clients[4]!.id);
      // Events and acknowledgements of a connection arrive in order: what was on the way is here before these answers.
      await Promise.all(clients.map((client) => client.emitWithAck('enter', [])));
      const answers = [answer ?? []].flat().length;
      const asks = way.includes('emitWithAck');
      if (asks) expect(answers, way).toBe(heard.size);
      measured.push({ way, cells: clients.map((client) => (heard.has(client) ? (asks ? 'answers' : 'gets') : '')) });
    }
    expect(table).toEqual(measured);
    await expect(draw(measured)).toMatchFileSnapshot('../../../docs/how-to/who-gets-it.svg');
  });
});

/** The rows of the page's table whose first cell is a call. */
function tableOf(text: string): Row[] {
  const lines = text.split('\n').filter((line) => /^\| `(?:this|nsp)\./.test(line));
  return lines.map((line) => {
    const [way = '', ...cells] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    return { way, cells };
  });
}

describe('rooms with a history', () => {
  type Said = [user: string, text: string, offset: string];

  it('send a new client the last events, and a returning client the missed ones', async () => {
    const { url } = await startHowTo('room-history');
    const ann = await open(`${url}/chat`);
    for (let n = 1; n <= 12; n++) await ann.emitWithAck('say', 'tea', 'ann', String(n));
    const bob = await open(`${url}/chat`);
    const heard: Said[] = [];
    bob.on('said', (...said: Said) => heard.push(said));
    const texts = () => heard.map(([, text]) => Number(text));
    expect(await bob.emitWithAck('enter', 'tea')).toEqual({ complete: true });
    expect(texts()).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    await bob.emitWithAck('leave', 'tea');
    await ann.emitWithAck('say', 'tea', 'ann', '13');
    expect(await bob.emitWithAck('enter', 'tea', heard.at(-1)?.[2])).toEqual({ complete: true });
    expect(texts().slice(10)).toEqual([13]);
    const read = (await (await fetch(`${url}/chat/tea`)).json()) as { text: string }[];
    expect(read.map(({ text }) => Number(text))).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });
});
