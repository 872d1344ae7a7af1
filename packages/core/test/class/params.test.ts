import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRoutePattern, RoutePattern } from '../../src/namespace/class/declare/params.js';

const match = (pattern: string, name: string) => {
  const params = new RoutePattern(pattern).match(name);
  return params && Object.entries(params);
};

describe('a route pattern', () => {
  it.each<[string, string, [string, string][] | undefined]>([
    ['/orders/:id', '/orders/5', [['id', '5']]],
    ['/orders/:id', '/orders/', undefined],
    ['/orders/:id', '/orders', undefined],
    ['/orders/:id', '/orders/5/6', undefined],
    ['/orders/:id', '/orders/5/', undefined],
    ['/orders/:id', 'orders/5', undefined],
    ['/orders/:id', '/Orders/5', undefined],
    [
      '/:shop/orders/:id',
      '/a b/orders/x.y',
      [
        ['shop', 'a b'],
        ['id', 'x.y'],
      ],
    ],
    ['/:id', '/5\n6', [['id', '5\n6']]],
    ['/a.b/:id', '/axb/5', undefined],
    ['/a.b/:id', '/a.b/5', [['id', '5']]],
    ['/(a+)+$/:id', '/(a+)+$/5', [['id', '5']]],
    ['/:id', '/caf%C3%A9', [['id', 'café']]],
    ['/:id', '/a%2Fb', [['id', 'a/b']]],
    ['/:id', '/%2525', [['id', '%25']]],
    ['/:id', '/100%', [['id', '100%']]],
    ['/:id', '/%ff', [['id', '%ff']]],
  ])('%s given %j', (pattern, name, expected) => {
    expect(match(pattern, name)).toEqual(expected);
  });

  it('gives params without a prototype, whatever their names', () => {
    const params = new RoutePattern('/:__proto__/:constructor').match('/a/b');
    expect(Object.getPrototypeOf(params)).toBeNull();
    expect(Object.entries(params ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(Object.isFrozen(params)).toBe(true);
  });

  it('round-trips every value that was encoded', () => {
    const route = new RoutePattern('/orders/:id');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (value) => {
        expect(route.match(`/orders/${encodeURIComponent(value)}`)?.id).toBe(value);
      }),
    );
  });

  it('never throws on a name, and agrees with its regular expression', () => {
    const route = new RoutePattern('/:a/b/:c');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('/', 'b', '%', 'f', 'é', '\n', '\ud800') }), (name) => {
        expect(route.match(name) !== undefined).toBe(route.regex.test(name));
      }),
    );
  });

  it.each([
    ['orders/:id', /does not begin with "\/"/],
    ['/:id/:id', /names a parameter twice/],
    ['/:', /a parameter is a whole segment/],
    ['/:1', /a parameter is a whole segment/],
    ['/file-:id', /a parameter is a whole segment/],
    ['/:a-:b', /a parameter is a whole segment/],
    ['/:id?', /a parameter is a whole segment/],
  ])('is refused when it is malformed: %s', (pattern, message) => {
    expect(() => new RoutePattern(pattern)).toThrow(message);
  });

  it('is distinguished from a plain name', () => {
    expect(['/orders/:id', '/:a', ':a'].map(isRoutePattern)).toEqual([true, true, true]);
    expect(['/', '/orders', '/a:b', '', '/*'].map(isRoutePattern)).toEqual([false, false, false, false, false]);
  });

  it('comes before less specific patterns', () => {
    const sorted = ['/:a/:b', '/:a/list', '/orders/:id', '/:x/:y'].map((pattern) => new RoutePattern(pattern));
    sorted.sort(RoutePattern.compare);
    expect(sorted.map(({ pattern }) => pattern)).toEqual(['/orders/:id', '/:a/list', '/:a/:b', '/:x/:y']);
  });

  it('is refused if another pattern matches the same names', () => {
    const others = [new RoutePattern('/orders/:id'), new RoutePattern('/:a/:b')];
    RoutePattern.assertDistinct(new RoutePattern('/shops/:id'), others);
    expect(() => RoutePattern.assertDistinct(new RoutePattern('/orders/:order'), others)).toThrow(
      'The patterns "/orders/:id" and "/orders/:order" match the same namespaces',
    );
  });
});
