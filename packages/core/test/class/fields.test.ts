import { describe, expect, it } from 'vitest';
import type { AnyClass } from '../../src/namespace/class/class-error.js';
import { baseMembers } from '../../src/namespace/class/dispatch/base-members.js';
import { DispatchTable } from '../../src/namespace/class/dispatch/dispatch-table.js';
import { assertNoShadow, ownFields } from '../../src/namespace/class/dispatch/fields.js';
import { Base, bases } from './base.js';

/** Constructs an object as the server does: looks at it after the base's constructor and again at the end. */
function construct(make: (Parent: typeof Base) => new () => Base): DispatchTable {
  let before: ReadonlyMap<PropertyKey, unknown> | undefined;
  class Watched extends Base {
    constructor() {
      super();
      before = ownFields(table, this);
    }
  }
  const all = new Set<AnyClass>([...bases, Watched]);
  const Class = make(Watched);
  const table: DispatchTable = new DispatchTable(Class, all, baseMembers(all, ['id', '_events', '_eventsCount']));
  assertNoShadow(table, new Class(), before);
  return table;
}

describe('the fields of a namespace', () => {
  it.each<[string, (Parent: typeof Base) => new () => Base]>([
    [
      'an accessor',
      (Parent) =>
        class Bad extends Parent {
          // @ts-expect-error the compiler sees it too
          override rooms = new Set<string>();
        },
    ],
    [
      'a method',
      (Parent) =>
        class Bad extends Parent {
          override join = () => {};
        },
    ],
    [
      'a field',
      (Parent) =>
        class Bad extends Parent {
          override id = 'mine';
        },
    ],
    [
      'a method of EventEmitter',
      (Parent) =>
        class Bad extends Parent {
          override once = () => this;
        },
    ],
  ])('may not hide %s of Socket', (_what, make) => {
    expect(() => construct(make)).toThrow(/Bad\.\w+ would hide the member of Socket/);
  });

  it.each<[string, (Parent: typeof Base) => new () => Base]>([
    [
      'handlers',
      (Parent) =>
        class Bad extends Parent {
          onChat = () => {};
        },
    ],
    [
      'hooks',
      (Parent) =>
        class Bad extends Parent {
          onConnect = () => {};
        },
    ],
    [
      'initialAcl',
      (Parent) =>
        class Bad extends Parent {
          initialAcl = () => [];
        },
    ],
  ])('may not be %s', (_what, make) => {
    expect(() => construct(make)).toThrow(/is a field that holds a function, so no event finds it: make it a method/);
  });

  it('may hold anything else, and are checked once per class', () => {
    const table = construct(
      (Parent) =>
        class Good extends Parent {
          name = 'Ann';
          ongoing = () => {};
          onSale = true;
          #id = 5;
          constructor() {
            super();
            this.on('listener', () => this.#id);
          }
        },
    );
    expect(table.fieldsChecked).toBe(true);
    assertNoShadow(table, { emit: 'not looked at' });
  });

  it('are checked again after a failure', () => {
    const table = new DispatchTable(class extends Base {}, bases, baseMembers(bases));
    for (let i = 0; i < 2; i++) expect(() => assertNoShadow(table, { emit: 1 })).toThrow(/would hide/);
  });
});
