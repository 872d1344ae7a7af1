import { describe, expect, it } from 'vitest';
import { runAll, runUntilAnswered, runUntilRefused } from '../../src/namespace/class/hooks.js';
import type { NamespaceConstructor } from '../../src/namespace/class/mixins.js';
import { Base, table } from './base.js';

class Logging extends Base {
  readonly log: string[] = [];
}

const Presence = <Class extends NamespaceConstructor<Logging>>(Parent: Class) =>
  class Presence extends Parent {
    initialize() {
      this.log.push('presence initialize');
    }
    onConnect(auth?: unknown): unknown {
      this.log.push(`presence connect ${auth}`);
      return undefined;
    }
    onDisconnect(_reason?: string): unknown {
      this.log.push('presence disconnect');
      return undefined;
    }
  };

class Chat extends Presence(Logging) {
  override initialize() {
    this.log.push('chat initialize');
  }
  override onConnect(auth?: unknown): unknown {
    this.log.push(`chat connect ${auth}`);
    return undefined;
  }
  override onDisconnect(): unknown {
    this.log.push('chat disconnect');
    return undefined;
  }
}

const hooks = table(Chat).hooks;
const never = (error: unknown) => {
  throw error;
};

describe('the hooks of a class chain', () => {
  it('run once each without super, from the base to the subclass, when a client connects', () => {
    const chat = new Chat();
    expect(runUntilRefused(hooks.initialize, chat, [])).toBe(true);
    expect(runUntilRefused(hooks.onConnect, chat, ['auth'])).toBe(true);
    expect(chat.log).toEqual(['presence initialize', 'chat initialize', 'presence connect auth', 'chat connect auth']);
  });

  it('run from the subclass to the base when it disconnects', () => {
    const chat = new Chat();
    expect(runAll(hooks.onDisconnect, chat, ['left'], never)).toBeUndefined();
    expect(chat.log).toEqual(['chat disconnect', 'presence disconnect']);
  });

  it('are absent where no class declares them', () => {
    expect(hooks.onReady).toBeUndefined();
    expect(runUntilRefused(hooks.onReady, new Chat(), [])).toBe(true);
    expect(runUntilAnswered(hooks.onUnhandled, new Chat(), [])).toBeUndefined();
  });

  it('are not those of the base classes', () => {
    class WithHooks extends Base {
      onConnect() {}
    }
    expect(table(WithHooks).hooks.onConnect).toHaveLength(1);
    expect(table(class extends Base {}).hooks.onConnect).toBeUndefined();
  });
});

describe('runUntilRefused', () => {
  const trace: string[] = [];
  const hook = (name: string, answer: unknown) => () => {
    trace.push(name);
    return answer;
  };

  it('stops at the first false and reports it', () => {
    trace.length = 0;
    expect(runUntilRefused([hook('a', 0), hook('b', false), hook('c', true)], {}, [])).toBe(false);
    expect(trace).toEqual(['a', 'b']);
  });

  it('waits for promises, one after the other', async () => {
    trace.length = 0;
    const result = runUntilRefused(
      [hook('a', undefined), hook('b', Promise.resolve()), hook('c', Promise.resolve(false)), hook('d', 1)],
      {},
      [],
    );
    expect(trace).toEqual(['a', 'b']);
    expect(await result).toBe(false);
    expect(trace).toEqual(['a', 'b', 'c']);
  });

  it('ends with the error of a hook that fails', async () => {
    const fail = () => {
      throw new Error('no');
    };
    expect(() => runUntilRefused([fail], {}, [])).toThrow('no');
    await expect(runUntilRefused([async () => {}, fail], {}, [])).rejects.toThrow('no');
    await expect(runUntilRefused([async () => fail()], {}, [])).rejects.toThrow('no');
  });
});

describe('runAll', () => {
  it('runs the rest when a hook throws or rejects, and reports every failure', async () => {
    const seen: unknown[] = [];
    const fail = (text: string) => () => {
      throw new Error(text);
    };
    const hooksThatFail = [
      fail('one'),
      async () => fail('two')(),
      fail('three'),
      async () => {},
      () => seen.push('last'),
    ];
    await runAll(hooksThatFail, {}, [], (error) => seen.push((error as Error).message));
    expect(seen).toEqual(['one', 'two', 'three', 'last']);
  });
});

describe('runUntilAnswered', () => {
  it('takes the first answer, and awaits promises', async () => {
    expect(runUntilAnswered([() => undefined, () => 5, () => 6], {}, [])).toBe(5);
    expect(await runUntilAnswered([async () => undefined, () => undefined, async () => 7, () => 8], {}, [])).toBe(7);
    expect(runUntilAnswered([() => undefined], {}, [])).toBeUndefined();
  });

  it('calls hooks with the arguments and the object as this', () => {
    const target = { greeting: 'hi' };
    function hook(this: unknown, ...args: unknown[]) {
      return `${(this as typeof target).greeting} ${args.join(' ')}`;
    }
    expect(runUntilAnswered([hook], target, ['a', 'b'])).toBe('hi a b');
  });
});
