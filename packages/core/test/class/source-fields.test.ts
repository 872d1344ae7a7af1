import { Namespace, socketio } from '@sio/core';
import { describe, expect, test } from 'vitest';

/** A class out of a text, which no compiler has touched. */
function classOf(body: string): typeof Namespace {
  return new Function('Namespace', '_defineProperty', `return class Chat extends Namespace ${body}`)(
    Namespace,
    (target: object, key: string, value: unknown) => Object.defineProperty(target, key, { value }),
  ) as typeof Namespace;
}

const register = (body: string) => () => socketio({ '/chat': classOf(body) });

const FIELD = 'is a field that holds a function, so no event finds it: make it a method';
const HIDES = 'would hide the member of Socket that has this name; choose another';

describe('when a class is registered, it is refused', () => {
  test.each([
    ['an arrow function', '{ onSay = (text) => text; }', `Chat.onSay ${FIELD}`],
    ['an asynchronous one', '{ onSay = async text => text; }', `Chat.onSay ${FIELD}`],
    ['a function', '{ onSay = function () {}; }', `Chat.onSay ${FIELD}`],
    ['a hook', '{ name = "Ann"; onConnect = () => {} }', `Chat.onConnect ${FIELD}`],
    ['the last field, without a semicolon', '{ a = 1; b = { c: [2] }; onSay = () => {} }', `Chat.onSay ${FIELD}`],
    [
      'one behind methods',
      '{ a() { return { b: 1 } } get c() { return 1 } static {} onSay = () => {}; }',
      `Chat.onSay ${FIELD}`,
    ],
    [
      'one behind misleading texts',
      '{ a = "}"; b = /[}"\\/]/; c = `}${`{`}`; /* } */ onSay = () => {}; }',
      `Chat.onSay ${FIELD}`,
    ],
    [
      'one that the constructor assigns, as TypeScript writes it for older targets',
      '{ constructor() { super(...arguments); this.onSay = () => {}; } }',
      `Chat.onSay ${FIELD}`,
    ],
    [
      'one that Babel defines',
      '{ constructor() { super(); _defineProperty(this, "onSay", () => {}); } }',
      `Chat.onSay ${FIELD}`,
    ],
    ['a field with the name of a method of Socket', '{ join = 1; }', `Chat.join ${HIDES}`],
    ['a field with the name of an accessor of Socket', '{ rooms = new Set(); }', `Chat.rooms ${HIDES}`],
    ['a field with the name of a field of Socket', '{ id; }', `Chat.id ${HIDES}`],
    [
      'a method of Socket that the constructor replaces',
      '{ constructor() { super(); this.emit = () => {}; } }',
      `Chat.emit ${HIDES}`,
    ],
  ])('for %s', (_what, body, message) => {
    expect(register(body)).toThrow(message);
  });

  test('for a field of a class that it extends', () => {
    const Base = classOf('{ onSay = () => {}; }');
    class Child extends Base {}
    expect(() => socketio({ '/chat': Child })).toThrow(`Child.onSay ${FIELD}`);
  });
});

describe('a class is registered', () => {
  test.each([
    ['with other fields', '{ name = "Ann"; #onSay = () => {}; onSale = true; ongoing = () => {}; }'],
    ['with static functions', '{ static onSay = () => {}; static async *onOther() {} }'],
    ['with functions inside of others', '{ handlers = { onSay: () => {}, b() { this.onSay = () => {}; } }; }'],
    ['with methods whose parameters are functions', '{ onSay(text, then = () => {}, { a } = {}) {} on_ = 1 }'],
    ['with data, which a constructor may set', '{ constructor() { super(); this.data = { a: 1 }; } }'],
    [
      'with assignments that not every object gets',
      '{ constructor(x) { super(); if (x) { this.onSay = () => {}; } } }',
    ],
    ['with texts that look like code', '{ a = "onSay = () => {};"; b = `${1} onSay = () => {}; super.onConnect`; }'],
    ['with regular expressions and divisions', '{ a = /[/}]onSay = 1/; b = 4 / 2; onSay() { return 1 / this.b / 2 } }'],
    ['with names that are computed or in quotes', '{ ["a"] = 1; "b" = 2; onSay() {} }'],
    ['with fields called like modifiers', '{ get = 1; static = 2; async = 3; onSay() {} }'],
    ['without semicolons', '{ a = 1\n b = 2\n onSay() { return this.a }\n get c() { return 1 } }'],
    [
      'of a hook whose template names super.onConnect',
      '{ onConnect() { return `not super.onConnect() but ${1 + 1}` } }',
    ],
  ])('%s', (_what, body) => {
    expect(register(body)).not.toThrow();
  });

  test('unless the code in a template calls super', () => {
    expect(register('{ onConnect() { return `${super.onConnect()} ${1}` } }')).toThrow('would run twice');
  });
});
