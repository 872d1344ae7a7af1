import { describe, expect, it } from 'vitest';
import { Authenticator, type AuthenticatorOptions, SessionExpiry } from '../../src/namespace/access/authenticator.js';
import type { SocketLike } from '../../src/namespace/contracts.js';
import { kAcknowledge, kEndAuth, kFail, kJoining, kReport } from '../../src/namespace/symbols.js';

type Check = AuthenticatorOptions['check'];

/** The part of a socket that authentication looks at, and what its client is told. */
function socket() {
  const answers: unknown[] = [];
  const refusals: string[] = [];
  const ends: string[] = [];
  const reports: unknown[] = [];
  let ended = () => {};
  const over = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const like = {
    client: { _pending: { add: () => 1, remove: () => {} } },
    connected: true,
    expiresAt: undefined as Date | undefined,
    [kJoining]: false,
    [kAcknowledge]: (_id: number, [answer]: unknown[]) => void answers.push(answer),
    [kFail]: (error: Error) => void refusals.push(error.message),
    [kReport]: (error: unknown) => void reports.push(error),
    [kEndAuth]: (why: { code: string }) => {
      ends.push(why.code);
      ended();
    },
  };
  // Only these members are read.
  return { like: like as unknown as SocketLike & { expiresAt: unknown }, answers, refusals, ends, reports, over };
}

describe('authentication', () => {
  it('accepts a client, until the time that the check returns', () => {
    const { like } = socket();
    const expiresAt = new Date(2040, 1, 1);
    void new Authenticator({ check: () => ({ expiresAt }) }).connect(like, { token: 'good' });
    expect(like.expiresAt).toBe(expiresAt);
  });

  it('refuses a client with the text of the check, also of an asynchronous one', async () => {
    const { like } = socket();
    const refused = { name: 'banned', message: 'You are banned' };
    const connect = (check: Check) => () => new Authenticator({ check }).connect(like, {});
    expect(connect(() => refused)).toThrow('You are banned');
    expect(connect(() => false)).toThrow('Authentication refused');
    await expect(connect(async () => refused)()).rejects.toMatchObject({ name: 'banned' });
  });

  it('acknowledges new credentials, and refuses bad ones', async () => {
    const { like, answers, refusals } = socket();
    const authenticator = new Authenticator({
      check: (_socket, auth) => (auth === 'good' ? { expiresAt: new Date(5000) } : { message: 'No' }),
    });
    await authenticator.renew(like, ['authenticate', 'good'], 1);
    await authenticator.renew(like, ['authenticate', 'bad'], 2);
    expect(answers).toEqual([{ expiresAt: 5000 }]);
    expect(refusals).toEqual(['No']);
  });

  it('ends a socket whose credentials a recheck no longer accepts', async () => {
    const { like, ends, over } = socket();
    const check: Check = (_socket, _auth, occasion) => occasion === 'connect';
    void new Authenticator({ check, recheckInterval: 1 }).connect(like, {});
    await over;
    expect(ends).toEqual(['auth_revoked']);
  });

  it('refuses invalid options', () => {
    const make = (options: object) => () => new Authenticator(options as AuthenticatorOptions);
    expect(make({})).toThrow('option auth.check');
    expect(make({ check: () => true, recheckInterval: -1 })).toThrow('option auth.recheckInterval');
    expect(make({ check: () => true, renewEvent: 1 })).toThrow('option auth.renewEvent');
  });
});

describe('the end of a socket by time', () => {
  it('comes with the first event after it, before the timer fires', () => {
    const { like, ends } = socket();
    const expiry = new SessionExpiry();
    expect(expiry.isUsed).toBe(false);
    expiry.set(like, Date.now() + 60_000);
    expect(expiry.isUsed).toBe(true);
    expect(expiry.ends(like)).toBe(false);
    expiry.set(like, Date.now() - 1);
    expect(expiry.ends(like)).toBe(true);
    expect(ends).toEqual(['auth_expired']);
    expiry.forget(like);
  });

  it('comes by itself within a second if the client is silent', async () => {
    const { like, ends, over } = socket();
    new SessionExpiry().set(like, new Date());
    await over;
    expect(ends).toEqual(['auth_expired']);
  });

  it('can be cancelled', () => {
    const { like } = socket();
    const expiry = new SessionExpiry();
    expiry.set(like, 1000);
    expect(expiry.of(like)).toEqual(new Date(1000));
    expiry.set(like, undefined);
    expect(expiry.of(like)).toBeUndefined();
    expect(expiry.ends(like)).toBe(false);
  });

  it('can be set to a date or a number', () => {
    expect(() => new SessionExpiry().set(socket().like, 'soon' as never)).toThrow(TypeError);
  });
});
