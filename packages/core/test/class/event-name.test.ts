import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventOfMethod, foldEventName, SpellingCache } from '../../src/namespace/class/dispatch/event-name.js';

describe('foldEventName', () => {
  it.each(['private message', 'private-message', 'privateMessage', 'PRIVATE_MESSAGE', '  private.message!'])(
    'makes %j the same name',
    (name) => {
      expect(foldEventName(name)).toBe('privatemessage');
    },
  );

  it('keeps letters of every script with their marks, and digits', () => {
    expect(foldEventName('Grüße 2')).toBe('grüße2');
    expect(foldEventName('聊天-室')).toBe('聊天室');
    expect(foldEventName('संदेश')).toBe('संदेश');
  });

  it('is empty for a name without letters and digits', () => {
    expect(foldEventName('… !?')).toBe('');
  });

  it('folds a sigma the same way wherever a separator is', () => {
    expect(foldEventName('ΟΔΟΣ-Α')).toBe(foldEventName('ΟΔΟΣΑ'));
  });

  it('does not change a folded name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const folded = foldEventName(name);
        expect(foldEventName(folded)).toBe(folded);
      }),
    );
  });
});

describe('eventOfMethod', () => {
  it.each([
    ['onChat', 'chat'],
    ['onPrivateMessage', 'privateMessage'],
    ['on_private_message', 'private_message'],
    ['on_Chat', 'chat'],
    ['on2fa', '2fa'],
    ['on聊天', '聊天'],
    ['onURL', 'uRL'],
  ])('reads %s as the event %s', (method, event) => {
    expect(eventOfMethod(method)).toBe(event);
  });

  it.each(['online', 'only', 'ongoing', 'on', 'on_', 'on$', '_onChat', 'OnChat', 'ONCHAT', 'conChat', ''])(
    'takes %j for no handler',
    (method) => {
      expect(eventOfMethod(method)).toBeUndefined();
    },
  );
});

describe('SpellingCache', () => {
  it('keeps a bounded number of names, and no long ones', () => {
    const cache = new SpellingCache<number>();
    for (let i = 0; i < 1000; i++) {
      cache.set(`name ${i}`, i);
      expect(cache.size).toBeLessThanOrEqual(256);
    }
    cache.set('x'.repeat(65), 1);
    expect(cache.get('x'.repeat(65))).toBeUndefined();
    expect(cache.get('name 999')).toBe(999);
  });
});
