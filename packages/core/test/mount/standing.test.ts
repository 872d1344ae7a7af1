import { describe, expect, test } from 'vitest';
import { LearnedPaths } from '../../src/server/mount/path-ownership.js';
import { pathOf, queryOf } from '../../src/server/mount/target.js';
import { EchoEndpoint } from './support/echo-endpoint.js';

const memory = () => new LearnedPaths(new EchoEndpoint('/rt'));

describe('what a mount remembers of its paths', () => {
  test('begins with every path that contains the endpoint’s being a candidate', () => {
    expect(memory().standing('/rt/')).toBe('candidate');
    expect(memory().standing('/a/b/rt')).toBe('candidate');
    expect(memory().standing('/art/')).toBe('other');
    expect(memory().standing('/rtx')).toBe('other');
    expect(memory().standing('/')).toBe('other');
  });

  test('knows the prefix of a request that got through, and only that', () => {
    const paths = memory();
    paths.learn('/api/rt/', '/rt/');
    expect(paths.standing('/api/rt/1/websocket/x')).toBe('ours');
    expect(paths.standing('/rt/')).toBe('candidate');
  });

  test('finds the endpoint below a prefix that looks like it', () => {
    const paths = memory();
    paths.learn('/rt/rt/', '/rt/');
    expect(paths.standing('/rt/rt/')).toBe('ours');
  });

  test('no longer tries a prefix that was answered by others, until a request gets through there', () => {
    const paths = memory();
    paths.miss('/old/rt/', 404);
    expect(paths.standing('/old/rt/')).toBe('other');
    paths.learn('/old/rt/', '/rt/');
    expect(paths.standing('/old/rt/')).toBe('ours');
  });

  test('goes on trying where a guard, a redirect or a failure has answered', () => {
    const paths = memory();
    for (const status of [0, 302, 401, 403, 407, 429, 500, 503]) paths.miss('/api/rt/', status);
    expect(paths.standing('/api/rt/')).toBe('candidate');
  });

  test('holds a bounded number of prefixes, the latest', () => {
    const paths = memory();
    for (let i = 0; i < 10_000; i++) paths.learn(`/${i}/rt/`, '/rt/');
    expect(paths.standing('/9999/rt/')).toBe('ours');
    expect(paths.standing('/0/rt/')).toBe('candidate');
  });

  test('asks the endpoint about few places, however often its path occurs in one', () => {
    const endpoint = new EchoEndpoint('/rt');
    let asked = 0;
    endpoint.claims = () => ++asked < 0;
    new LearnedPaths(endpoint).standing('/rt'.repeat(5000));
    expect(asked).toBe(2);
  });
});

describe('a request target', () => {
  test.each([
    ['/a/b?c=/d', '/a/b', 'c=/d'],
    ['/a', '/a', ''],
    ['/?', '/', ''],
    ['http://host:80/a?b=c', '/a', 'b=c'],
    ['http://host', '', ''],
    ['/a?u=http://x/y', '/a', 'u=http://x/y'],
    ['*', '*', ''],
    ['', '', ''],
  ])('%s has its path and query', (target, path, query) => {
    expect([pathOf(target), queryOf(target)]).toEqual([path, query]);
  });
});
