import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { failOnStrayErrors } from '@sio/conformance/support/stray-errors';
import { listen } from '@sio/conformance/testing';
import { Server } from '@sio/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ATTACKS, type Attack, attempt, GENERATIONS, type Generation, Target } from '../src/index.js';
import { Victim } from '../src/victim.js';
import { addGuarded, OPTIONS } from '../victims/guarded.mjs';

failOnStrayErrors();

async function victim(): Promise<{ io: Server; target: Target }> {
  const http = createServer();
  const io = new Server(http, OPTIONS);
  io.on('connection', () => {});
  addGuarded(io);
  const target = new Target(`http://127.0.0.1:${await listen(http)}`);
  onTestFinished(() => io.close());
  return { io, target };
}

/** Rows of the table in the document: id, then what each generation came to. */
function documented(): Map<string, string[]> {
  const text = readFileSync(new URL('../../../docs/security.md', import.meta.url), 'utf8');
  const rows = text.split('\n').filter((line) => /^\| `/.test(line));
  return new Map(
    rows.map((row) => {
      const [, id = '', , ...cells] = row.split('|').map((cell) => cell.trim());
      return [id.replaceAll('`', ''), cells.slice(0, GENERATIONS.length)];
    }),
  );
}

const WORDS = { withstood: 'withstands', fell: '**falls**', 'not applicable': 'tested inside' } as const;

describe.each(ATTACKS.map((attack) => [attack.id, attack] as const))('%s', (id, attack) => {
  it.each(attack.generations)(
    'does no harm, and the table says so, tried by a client of generation %s',
    async (generation) => {
      const { target } = await victim();
      const { verdict, detail } = await attempt(attack, target, generation);
      expect(verdict, detail).not.toBe('fell');
      expect(documented().get(id)?.[GENERATIONS.indexOf(generation as Generation)]).toBe(WORDS[verdict]);
    },
  );
});

describe('the table of results', () => {
  it('has a row for each attack and for nothing else', () => {
    expect([...documented().keys()].sort()).toEqual(ATTACKS.map(({ id }) => id).sort());
  });

  it('says of generations without such a thing that they have not got it', () => {
    for (const { id, generations } of ATTACKS) {
      const without = GENERATIONS.filter((generation) => !generations.includes(generation));
      for (const generation of without) expect(documented().get(id)?.[GENERATIONS.indexOf(generation)], id).toBe('–');
    }
  });
});

describe('after all attacks at once', () => {
  it('no connection, session or partial packet is left', async () => {
    const { io, target } = await victim();
    const swift = ATTACKS.filter(({ id }) => !/48802|48779|36048/.test(id));
    await Promise.all(swift.flatMap((attack) => attack.generations.map((one) => attempt(attack, target, one))));
    expect(await target.isAlive()).toBe(true);
    // What a client has not been told yet waits for it a while; it has ended all the same.
    io.disconnectSockets(true);
    for (const conn of [...io.engine.clients.values()]) conn.close(true);
    expect(io.engine.clientsCount).toBe(0);
    expect(io.sockets.sockets.size).toBe(0);
  });
});

describe('the corpus', () => {
  it('starts socket.io to compare with, which falls where the table says so', async () => {
    const victim = await Victim.start('socketio');
    onTestFinished(() => victim.end());
    const target = new Target(victim.url);
    const guessed = ATTACKS.find(({ id }) => id === 'CVE-2017-16031');
    const { verdict, detail } = await attempt(guessed as Attack, target, 'eio4');
    expect([verdict, detail]).toEqual(['fell', expect.stringContaining('bits of a session id change')]);
    const row = readFileSync(new URL('../../../docs/security.md', import.meta.url), 'utf8').split('\n');
    expect(row.find((line) => line.includes('CVE-2017-16031'))).toContain('bits change from one id to the next');
  });

  it('notices a server that falls', async () => {
    const { target } = await victim();
    const attack = { id: 'x', about: '', generations: GENERATIONS, run: async () => 'it has fallen' };
    expect(await attempt(attack, target, 'eio4')).toMatchObject({ verdict: 'fell', detail: 'it has fallen' });
    const nobody = new Target('http://127.0.0.1:9');
    const calm = { ...attack, run: async () => undefined };
    expect(await attempt(calm, nobody, 'eio4')).toMatchObject({
      verdict: 'fell',
      detail: 'nobody is served afterwards',
    });
  });
});
