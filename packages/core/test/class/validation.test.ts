import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ClientError, refusalOf } from '../../src/namespace/access/refusal.js';
import { args, type EventSchema } from '../../src/namespace/class/declare/argument-schema.js';
import { isStandardSchema } from '../../src/namespace/class/declare/standard-schema.js';
import { validate } from '../../src/namespace/class/declare/validation.js';

const libraries: [string, EventSchema, EventSchema][] = [
  ['zod', z.object({ to: z.string() }), args(z.tuple([z.number(), z.number()]))],
  ['valibot', v.object({ to: v.string() }), args(v.tuple([v.number(), v.number()]))],
  ['arktype', type({ to: 'string' }), args(type(['number', 'number']))],
];

/** What `validate` throws or rejects with. */
async function refusal(schema: EventSchema, values: unknown[]): Promise<unknown> {
  try {
    await validate(schema, values);
  } catch (error) {
    return error;
  }
  throw new Error('nothing was refused');
}

/** A schema that answers with anything at all. */
const answering = (validateValue: (value: unknown) => unknown): EventSchema =>
  ({ '~standard': { version: 1, vendor: 'test', validate: validateValue } }) as never;

describe.each(libraries)('a schema of %s', (_library, first, all) => {
  it('describes the first argument, which alone the handler gets', () => {
    expect(validate(first, [{ to: 'Ann' }])).toEqual([{ to: 'Ann' }]);
    expect(validate(first, [{ to: 'Ann' }, 'further'])).toEqual([{ to: 'Ann' }]);
  });

  it('describes all arguments inside args()', () => {
    expect(validate(all, [1, 2])).toEqual([1, 2]);
  });

  it('refuses invalid arguments, with the place and the reason', async () => {
    expect(await refusal(first, [{ to: 5 }])).toMatchObject({
      name: 'invalid_method_args',
      message: expect.stringMatching(/^Invalid arguments at to: ./),
      data: { issues: [{ path: ['to'], message: expect.any(String) }] },
    });
    expect(await refusal(all, [1, 'two'])).toMatchObject({ data: { issues: [{ path: [1] }] } });
    expect(await refusal(first, [])).toBeInstanceOf(ClientError);
  });
});

describe('validate', () => {
  it('passes on what the schema makes of the arguments', () => {
    expect(validate(z.string().transform(Number), ['5'])).toEqual([5]);
    expect(validate(z.number().default(7), [])).toEqual([7]);
  });

  it('waits for an asynchronous schema', async () => {
    const later = v.pipeAsync(
      v.string(),
      v.checkAsync(async (text) => text !== 'no', 'not no'),
    );
    const pending = validate(later, ['yes']);
    expect(pending).toBeInstanceOf(Promise);
    expect(await pending).toEqual(['yes']);
    expect(await refusal(later, ['no'])).toMatchObject({
      name: 'invalid_method_args',
      message: 'Invalid arguments: not no',
    });
  });

  it('waits for a thenable of the schema', async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    const schema = answering((value) => ({ then: (resolve: (result: unknown) => void) => resolve({ value }) }));
    expect(await validate(schema, [1])).toEqual([1]);
  });

  it('reports 20 issues and 200 characters at most', async () => {
    const issue = { message: 'x'.repeat(1000), path: Array.from({ length: 100 }, () => 'deep') };
    const schema = answering(() => ({ issues: Array.from({ length: 50 }, () => issue) }));
    const error = (await refusal(schema, [1])) as ClientError;
    expect(error.message.length).toBeLessThanOrEqual(200);
    const { issues } = error.data as { issues: (typeof issue)[] };
    expect(issues).toHaveLength(20);
    expect(issues[0]?.message).toHaveLength(200);
    expect(issues[0]?.path).toHaveLength(20);
  });

  it('reads paths of keys, indices, symbols and segments', async () => {
    const path = ['a', 0, { key: 'b' }, Symbol('c')];
    const schema = answering(() => ({ issues: [{ message: 'bad', path }] }));
    expect(await refusal(schema, [1])).toMatchObject({ data: { issues: [{ path: ['a', 0, 'b', 'Symbol(c)'] }] } });
  });

  it('refuses when the schema lists no issue at all', async () => {
    expect(
      await refusal(
        answering(() => ({ issues: [] })),
        [1],
      ),
    ).toMatchObject({
      name: 'invalid_method_args',
      message: 'Invalid arguments',
    });
  });

  const fail = () => {
    throw new Error('the database is at 10.0.0.7');
  };
  it.each<[string, EventSchema]>([
    ['throws', answering(fail)],
    ['rejects', answering(async () => fail())],
    ['answers with nothing', answering(() => undefined)],
    ['answers with a text', answering(() => 'fine')],
    ['answers with neither value nor issues', answering(() => ({}))],
    ['answers with issues that are no list', answering(() => ({ issues: 'many' }))],
    ['answers with issues that are none', answering(() => ({ issues: [null] }))],
    ['gives args() no list', args(answering(() => ({ value: 5 })) as never)],
  ])('fails without telling the client when a schema %s', async (_what, schema) => {
    const error = await refusal(schema, ['x']);
    expect(error).not.toBeInstanceOf(ClientError);
    expect(refusalOf(error)).toEqual({ name: 'internal_error', message: 'Internal error' });
  });

  it('lets a schema throw an error for the client', async () => {
    const schema = answering(() => {
      throw new ClientError('too_late', 'The vote is over');
    });
    expect(await refusal(schema, [1])).toMatchObject({ name: 'too_late' });
  });
});

describe('isStandardSchema', () => {
  it.each([[null], [undefined], [5], ['~standard'], [{}], [{ '~standard': 1 }], [{ '~standard': {} }]])(
    'takes %o for none',
    (value) => {
      expect(isStandardSchema(value)).toBe(false);
    },
  );

  it('accepts functions with the property', () => {
    expect(isStandardSchema(type('string'))).toBe(true);
  });
});
