import { describe, expect, it } from 'vitest';
import type { AnyClass } from '../../src/namespace/class/class-error.js';
import { Acl } from '../../src/namespace/class/declare/acl.js';
import { on } from '../../src/namespace/class/declare/decorators.js';
import { Base, table } from './base.js';

class Chat extends Base {
  onLogin() {}
  onWork() {}
  @on('play') @on('spiel') game() {}
}

class Restricted extends Chat {
  static acl = ['login'];
}

const aclOf = (ctor: AnyClass, target: object = {}) => new Acl(table(ctor), target);
const open = (acl: Acl) => ['login', 'work', 'play', 'spiel'].filter((event) => acl.allows(event));

describe('an ACL', () => {
  it('allows everything where a class has none', () => {
    expect(table(Chat).hasAcl).toBe(false);
    expect(open(aclOf(Chat))).toEqual(['login', 'work', 'play', 'spiel']);
  });

  it('begins with static acl, which subclasses inherit', () => {
    expect(open(aclOf(Restricted))).toEqual(['login']);
    expect(open(aclOf(class extends Restricted {}))).toEqual(['login']);
    expect(
      open(
        aclOf(
          class extends Restricted {
            static override acl: string[] = [];
          },
        ),
      ),
    ).toEqual([]);
  });

  it.each<[string, string[] | null | undefined, string[]]>([
    ['a list', ['work'], ['work']],
    ['null', null, ['login', 'work', 'play', 'spiel']],
    ['undefined', undefined, ['login']],
  ])('begins with what initialAcl returns: %s', (_what, list, expected) => {
    class Dynamic extends Restricted {
      initialAcl() {
        return list;
      }
    }
    expect(open(aclOf(Dynamic))).toEqual(expected);
  });

  it('asks initialAcl on the connection’s object, and again at a reset', () => {
    class Dynamic extends Chat {
      role = 'guest';
      initialAcl() {
        return this.role === 'admin' ? null : ['login'];
      }
    }
    const target = new Dynamic();
    const acl = aclOf(Dynamic, target);
    expect(open(acl)).toEqual(['login']);
    target.role = 'admin';
    expect(open(acl.reset())).toEqual(['login', 'work', 'play', 'spiel']);
  });

  it('applies to a method in every spelling and under every name', () => {
    const acl = aclOf(Chat).deny('work', 'play');
    for (const event of ['work', 'Work', 'W-o-r-k', 'play', 'spiel']) expect(acl.allows(event), event).toBe(false);
    expect(acl.allow('w o r k', 'spiel').allows('play')).toBe(true);
  });

  it('changes at run time', () => {
    const acl = aclOf(Restricted);
    expect(open(acl.allow('work'))).toEqual(['login', 'work']);
    expect(open(acl.deny('login'))).toEqual(['work']);
    expect(open(acl.close())).toEqual([]);
    expect(open(acl.allow('login'))).toEqual(['login']);
    expect(open(acl.open())).toEqual(['login', 'work', 'play', 'spiel']);
    expect(open(acl.deny('play'))).toEqual(['login', 'work']);
    expect(open(acl.reset())).toEqual(['login']);
  });

  it('stays open for the rest when an open one allows something', () => {
    expect(open(aclOf(Chat).allow('work'))).toEqual(['login', 'work', 'play', 'spiel']);
  });

  it('is separate for each connection', () => {
    const [one, two] = [aclOf(Restricted), aclOf(Restricted)];
    one.allow('work');
    expect(open(two)).toEqual(['login']);
  });

  it('accepts a method’s name in place of its event', () => {
    expect(open(aclOf(Restricted).allow('onWork', 'game'))).toEqual(['login', 'work', 'play', 'spiel']);
  });

  it('refuses events that the class does not have', () => {
    const acl = aclOf(Chat);
    expect(acl.allows('wrok')).toBe(false);
    expect(() => acl.allow('wrok')).toThrow(/Chat has no event "wrok"/);
    expect(() => acl.deny('constructor')).toThrow(/has no event/);
    class Typo extends Chat {
      static acl = ['lgoin'];
    }
    expect(() => table(Typo)).toThrow(/Typo has no event "lgoin"/);
  });

  it.each([['login'], [5], [{}], [Promise.resolve([])]])('must be a list, not %o', (list) => {
    class Wrong extends Chat {
      static acl = list as never;
    }
    expect(() => table(Wrong)).toThrow(/An ACL of Wrong must be a list/);
  });

  it('lets events without a method pass only while it is open', () => {
    const acl = aclOf(Chat);
    expect(acl.permits(undefined)).toBe(true);
    expect(acl.close().permits(undefined)).toBe(false);
    expect(aclOf(Restricted).permits(undefined)).toBe(false);
  });
});
