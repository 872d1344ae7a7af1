import { server as hapi } from '@hapi/hapi';
import yar from '@hapi/yar';
import { Namespace, socketio, withSession } from '@sio/hapi';

class ChatNamespace extends Namespace {
  async onVisit() {
    // #region
    const user = await withSession(this, (yar) => yar.get('user'));
    // #endregion
    return user;
  }
}

const server = hapi({ port: 3000 });
await server.register({
  plugin: yar,
  options: {
    maxCookieSize: 0,
    cookieOptions: { password: 'a secret that has more than 32 characters', isSecure: false },
  },
});
server.auth.scheme('anybody', () => ({ authenticate: (_request, h) => h.authenticated({ credentials: {} }) }));
server.auth.strategy('session', 'anybody');
server.ext('onPreAuth', (request, h) => {
  request.yar.set('user', 'ann');
  return h.continue;
});
// #region
await server.register(socketio({ '/chat': ChatNamespace }, { route: { auth: 'session' } }));
server.io.emit('hello');
// #endregion
await server.start();
