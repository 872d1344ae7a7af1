import { describe, expect, test } from 'vitest';
import { Namespace, type SocketioOptions, socketio } from '../src/index.js';
import { addSession, CookieJar, connected, listen, majors, refused, transports } from './support/kit.js';

declare module 'fastify' {
  interface Session {
    user?: string;
  }
}

class Chat extends Namespace {
  onSay(text: string) {
    return text;
  }
}

class Admin extends Namespace {
  onShutDown() {
    return 'bye';
  }
}

/** One rule for the whole app, by the request's own session. */
const guards: SocketioOptions['guards'] = [
  ({ request }) => request.session.user !== undefined || { message: 'Log in first' },
  ({ request, nsp }, attempt) => nsp.name !== '/admin' || attempt.type === 'connect' || request.session.user === 'root',
];

describe.each(majors)('%s', (_name, major) => {
  test.each(transports)('runs the app’s guards for every namespace and event, over %s', async (_transport, list) => {
    const app = major.fastify();
    await addSession(app, major);
    app.get<{ Querystring: { as: string } }>('/login', async ({ query, session }) => {
      session.user = query.as;
      return 'in';
    });
    await app.register(socketio({ '/': Chat, '/admin': Admin }, { guards }));
    const url = await listen(app);
    const options = { transports: [...list] };
    for (const namespace of ['/', '/admin']) {
      expect((await refused(url + namespace, options)).message).toBe('Log in first');
    }
    const [ada, root] = [new CookieJar(), new CookieJar()];
    await ada.fetch(`${url}/login?as=ada`);
    await root.fetch(`${url}/login?as=root`);
    const ask = async (jar: CookieJar, namespace: string, ...event: [string, ...unknown[]]) =>
      (await connected(url + namespace, { ...options, extraHeaders: jar.headers })).emitWithAck(...event);
    expect(await ask(ada, '/', 'say', 'hello')).toBe('hello');
    expect(await ask(ada, '/admin', 'shut down')).toMatchObject({ error: { name: expect.any(String) } });
    expect(await ask(root, '/admin', 'shut down')).toBe('bye');
  });
});
