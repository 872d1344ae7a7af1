import { Namespace, socketio, withSession } from '@sio/koa';
import Koa from 'koa';
import session from 'koa-session';

const kept = new Map<string, object>();
const store = {
  get: async (id: string) => kept.get(id),
  set: async (id: string, value: object) => void kept.set(id, value),
  destroy: async (id: string) => void kept.delete(id),
};

class ChatNamespace extends Namespace {
  async onVisit() {
    // #region
    const visits = await withSession(this, (session) => {
      session.visits = (session.visits ?? 0) + 1;
      return session.visits;
    });
    // #endregion
    return visits;
  }
}

const app = new Koa();
app.keys = ['a secret'];
const sessions = session({ store }, app);
app.use(sessions);
// Empty sessions are not stored.
app.use((context, next) => {
  context.session!.visits ??= 0;
  return next();
});
// #region
app.use(socketio({ '/chat': ChatNamespace }));
// #endregion
app.listen(3000);
