import { describe, expect, test } from 'vitest';
import { LearnedPaths, pathOf, queryOf } from '../../src/server/mount/paths.js';
import { EchoEndpoint } from './support/echo-endpoint.js';

const memory = () => new LearnedPaths(new EchoEndpoint('/rt'));

describe('the memory that a mount has of its paths', () => {
  test('begins with every path that contains the endpoint’s as a candidate', () => {
    expect(memory().ownership('/rt/')).toBe('candidate');
    expect(memory().ownership('/a/b/rt')).toBe('candidate');
    expect(memory().ownership('/art/')).toBe('other');
    expect(memory().ownership('/rtx')).toBe('other');
    expect(memory().ownership('/')).toBe('other');
  });

  test('knows the prefix of a request that got through, and only that', () => {
    const paths = memory();
    paths.learn('/api/rt/', '/rt/');
    expect(paths.ownership('/api/rt/1/websocket/x')).toBe('ours');
    expect(paths.ownership('/rt/')).toBe('candidate');
  });

  test('finds the endpoint below a prefix that looks like it', () => {
    const paths = memory();
    paths.learn('/rt/rt/', '/rt/');
    expect(paths.ownership('/rt/rt/')).toBe('ours');
  });

  test('makes every path a candidate where a middleware rewrites paths to the endpoint’s', () => {
    const paths = memory();
    expect(paths.ownership('/short')).toBe('other');
    paths.learn('/short', '/rt/');
    expect(paths.ownership('/short')).toBe('ours');
    expect(paths.ownership('/shorter')).toBe('candidate');
  });

  test('finds a request below a prefix that it has forgotten by the connection that the request names', () => {
    const endpoint = Object.assign(new EchoEndpoint('/rt'), {
      isEstablished: (_: string, query: string) => query === 'sid=1',
    });
    const paths = new LearnedPaths(endpoint);
    paths.learn('/known/rt/', '/rt/');
    expect(paths.below('/known/rt/', '')).toBe('/rt/');
    expect(paths.below('/forgotten/rt/', 'sid=1')).toBe('/rt/');
    expect(paths.below('/forgotten/rt/', 'sid=2')).toBeUndefined();
  });

  test('holds a bounded number of prefixes, the latest', () => {
    const paths = memory();
    for (let i = 0; i < 10_000; i++) paths.learn(`/${i}/rt/`, '/rt/');
    expect(paths.ownership('/9999/rt/')).toBe('ours');
    expect(paths.ownership('/0/rt/')).toBe('candidate');
  });

  test('asks the endpoint about few positions, however often its path occurs in a target', () => {
    const endpoint = new EchoEndpoint('/rt');
    let asked = 0;
    endpoint.claims = () => ++asked < 0;
    new LearnedPaths(endpoint).ownership('/rt'.repeat(5000));
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
