// @ts-nocheck: the plugin has no types.
import Koa from 'koa';
import IO from 'koa-socket-2';

const app = new Koa();
const chat = new IO({ namespace: 'chat' });
chat.attach(app);

chat.on('say', ({ socket }, text) => {
  const [, name = 'somebody'] = /(?:^|; )name=([^;]*)/.exec(socket.handshake.headers.cookie) ?? [];
  chat.broadcast('said', `${name}: ${text}`);
});
app.listen(3000);
