import { Namespace, socketio } from '@sio/koa';
import Koa from 'koa';

class Chat extends Namespace {
  onSay(text: string) {
    const name = this.request.cookies.get('name') ?? 'somebody';
    this.nsp.emit('said', `${name}: ${text}`);
  }
}

const app = new Koa();
app.use(socketio({ '/chat': Chat }));
app.listen(3000);
