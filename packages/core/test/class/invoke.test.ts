import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ClientError } from '../../src/namespace/access/refusal.js';
import { Acl } from '../../src/namespace/class/declare/acl.js';
import { args } from '../../src/namespace/class/declare/argument-schema.js';
import { allow, on } from '../../src/namespace/class/declare/decorators.js';
import { invokeEntry } from '../../src/namespace/class/dispatch/invoke.js';
import { Base, table } from './base.js';

class Game extends Base {
  readonly log: string[] = [];
  role: string | undefined;

  onPlain(...values: unknown[]) {
    this.log.push('method');
    return values;
  }

  @on('checked', z.string().transform(Number))
  checked(value: number) {
    this.log.push('method');
    return value;
  }

  @on('late', args(z.tuple([z.string().refine(async () => true)])))
  async late(value: string) {
    return value;
  }

  @allow((game: Game, event, values) => game.log.push(`${event} ${values.length}`) > 0 && game.role === 'admin')
  onAdmin() {
    return 'done';
  }

  @allow(async (game: Game) => game.role === 'admin')
  @allow((game: Game) => game.log.push('second guard') > 0)
  onLater() {
    return 'done';
  }

  @allow(() => {
    throw new Error('the database is gone');
  })
  onBroken() {}

  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
  @allow(() => ({ then: (resolve) => resolve?.(false) as never }))
  onThenable() {}

  onThrow() {
    throw new ClientError('room_full', 'The room is full');
  }
}

const call = (game: Game, event: string, values: unknown[] = [], acl?: Acl) => {
  const entry = table(Game).find(event);
  if (entry === undefined) throw new Error(`no entry for ${event}`);
  return invokeEntry(entry, game, values, acl);
};

const denied = expect.objectContaining({
  name: 'method_access_denied',
  message: expect.stringMatching(/^You do not have access to method "\w+"$/),
});

describe('invokeEntry', () => {
  it('calls the method with the object as this and returns its result at once', () => {
    const values = [1, 'two', null];
    expect(call(new Game(), 'plain', values)).toEqual(values);
  });

  it('passes on what the method throws', () => {
    expect(() => call(new Game(), 'throw')).toThrow('The room is full');
  });

  it('gives the method what the schema makes of the arguments', async () => {
    expect(call(new Game(), 'checked', ['5', 'more'])).toBe(5);
    expect(await call(new Game(), 'late', ['x'])).toBe('x');
  });

  it('does not run the method when the schema refuses', async () => {
    const game = new Game();
    expect(() => call(game, 'checked', [5])).toThrow(expect.objectContaining({ name: 'invalid_method_args' }));
    await expect((async () => call(game, 'late', [5]))()).rejects.toMatchObject({ name: 'invalid_method_args' });
    expect(game.log).toEqual([]);
  });

  it('checks the ACL before guards and schema', () => {
    const game = new Game();
    const acl = new Acl(table(Game), game).close();
    for (const event of ['plain', 'checked', 'admin']) expect(() => call(game, event, [5], acl)).toThrow(denied);
    expect(game.log).toEqual([]);
    expect(call(game, 'plain', [5], acl.open())).toEqual([5]);
  });

  it('calls a guard before the method, with the event and its arguments', () => {
    const game = new Game();
    expect(() => call(game, 'admin', [1, 2])).toThrow(denied);
    game.role = 'admin';
    expect(call(game, 'admin')).toBe('done');
    expect(game.log).toEqual(['admin 2', 'admin 0']);
  });

  it('waits for an asynchronous guard before it calls the next', async () => {
    const game = new Game();
    await expect(call(game, 'later')).rejects.toThrow(denied);
    expect(game.log).toEqual([]);
    game.role = 'admin';
    expect(await call(game, 'later')).toBe('done');
    expect(game.log).toEqual(['second guard']);
  });

  it('does not treat a promise-like result as true', async () => {
    await expect(call(new Game(), 'thenable')).rejects.toThrow(denied);
  });

  it('does not run the method when a guard throws', () => {
    expect(() => call(new Game(), 'broken')).toThrow('the database is gone');
  });
});
