import { expect } from 'vitest';
import type { Harness } from '../harness.js';

/** A letter of one to four bytes each, what separates packets, what ends lines, what quotes. */
const EVERY_PLANE = 'aé€漢😀𝕏\u{10ffff}\u0000\u001e\u2028\u2029"\\\n\ud83d';

/** Messages, both ways, of every kind. */
export const conversationCases = {
  async 'carries events both ways'(harness: Harness) {
    const client = await (await harness.open()).connected();
    const said = client.inbox('said');
    client.emit('say', 'hello', 1, null, { deep: [true, { x: 1.5 }] }, []);
    client.emit('say');
    expect(await said.take(2)).toEqual([['hello', 1, null, { deep: [true, { x: 1.5 }] }, []], []]);
  },

  async 'carries acknowledgements both ways'(harness: Harness) {
    const client = await (await harness.open()).connected();
    client.answer('question', (question) => [`${question} is 42`]);
    expect(await client.ask('echo', 1, 'two')).toEqual([1, 'two']);
    expect(await client.ask('put question', 'the answer')).toEqual(['the answer is 42']);
  },

  async 'carries binary both ways, in events and acknowledgements'(harness: Harness) {
    const client = await (await harness.open()).connected();
    const args = [Buffer.from([0, 1, 127, 128, 255, 30]), { list: [Buffer.from('second'), 'text'] }, Buffer.alloc(0)];
    const said = client.next('said');
    client.emit('say', ...args);
    expect(await said).toEqual(args);
    expect(await client.ask('echo', ...args)).toEqual(args);
    client.answer('question', (bytes) => [bytes]);
    expect(await client.ask('put question', args[0])).toEqual([args[0]]);
  },

  async 'carries text of every plane'(harness: Harness) {
    const client = await (await harness.open()).connected();
    expect(await client.ask('echo', EVERY_PLANE, { [EVERY_PLANE]: 1 })).toEqual([EVERY_PLANE, { [EVERY_PLANE]: 1 }]);
  },

  async 'carries a message of nearly a megabyte'(harness: Harness) {
    const client = await (await harness.open()).connected();
    const text = 'ä'.repeat(450_000);
    // Not toEqual: it would print them.
    expect((await client.ask('echo', text))[0] === text).toBe(true);
    if (!harness.kind.generation.binary) return;
    const bytes = Buffer.alloc(700_000, 'abc');
    expect(bytes.equals((await client.ask('echo', bytes))[0] as Buffer)).toBe(true);
  },

  async 'keeps five hundred messages in order, each way'(harness: Harness) {
    const client = await (await harness.open()).connected();
    const numbers = client.inbox('number');
    const expected = Array.from({ length: 500 }, (_, number) => number);
    client.emit('burst', expected.length);
    for (const number of expected) client.emit('count', number);
    expect(await client.ask('counted')).toEqual([expected]);
    expect((await numbers.take(expected.length)).flat()).toEqual(expected);
  },

  async 'broadcasts to those in a room and to everybody'(harness: Harness) {
    const play = await harness.open();
    const [ann, ben, cid] = await Promise.all([play.connected(), play.connected(), play.connected()]);
    const heard = [ann, ben, cid].map((client) => client.inbox('heard'));
    const secret = harness.kind.generation.binary ? Buffer.of(7) : 'seven';
    for (const client of [ann, ben]) client.emit('enter', 'garden');
    await Promise.all([ann.ask('echo'), ben.ask('echo')]);
    ann.emit('tell', 'garden', 'psst', secret);
    await ann.ask('echo');
    ben.emit('quit', 'garden');
    await ben.ask('echo');
    cid.emit('tell', 'garden', 'hey');
    await cid.ask('echo');
    ann.emit('tell all', 'bye');
    expect(await heard[0]?.take(2)).toEqual([['hey'], ['bye']]);
    expect(await heard[1]?.take(2)).toEqual([['psst', secret], ['bye']]);
    expect(await heard[2]?.take(1)).toEqual([['bye']]);
    expect(heard.map((inbox) => inbox.pending)).toEqual([[], [], []]);
  },
};
