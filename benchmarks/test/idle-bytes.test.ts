import { expect, it } from 'vitest';
import { Memory } from '../lib/methods/memory.mjs';
import { Session } from '../lib/session.mjs';
import { loadScenario } from '../scenarios/index.mjs';

const CONNECTIONS = 1000;

/** Bytes of heap for each of a thousand idle connections. */
async function heapPerConnection(releaseRequest: boolean): Promise<number> {
  const scenario = await loadScenario('idle');
  const session = new Session(scenario);
  try {
    await session.start({ name: 'sio', title: 'sio', settings: { releaseRequest } }, scenario.variants[0]!);
    await session.work(200);
    const memory = new Memory(session);
    await memory.begin();
    await memory.slice(CONNECTIONS);
    return (await memory.end()).heap;
  } finally {
    await session.stop();
  }
}

it('an idle connection keeps less than 7 KB of heap, and less than 5.5 KB once its request is released', async () => {
  expect(await heapPerConnection(false)).toBeLessThan(7000);
  expect(await heapPerConnection(true)).toBeLessThan(5500);
});
