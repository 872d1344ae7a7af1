import { type Attack, NotApplicable } from '../attack.js';

function inside(id: string, about: string, why: string): Attack {
  return {
    id,
    about,
    generations: ['eio4'],
    run: () => Promise.reject(new NotApplicable(why)),
  };
}

/** What cannot be tried through a URL: a server has to be looked at from within. */
export const INSIDE_ATTACKS: readonly Attack[] = [
  inside(
    'engine.io 6.6.7, WebTransport',
    'engine.io: a session over HTTP/3 gets past the middlewares of the engine',
    'needs a session of HTTP/3',
  ),
  inside(
    'python-socketio#1502',
    'python-socketio: what servers tell each other is unpickled, which runs code',
    'needs access to the message queue',
  ),
];
