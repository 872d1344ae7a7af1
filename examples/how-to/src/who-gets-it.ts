import { Namespace, socketio } from '@sio/express';
import express from 'express';

/** Every way to address clients, by the name under which a client can try it. */
class Everyone extends Namespace {
  async onEnter(rooms: string[]) {
    await this.join(rooms);
  }

  onTry(way: string, other: string) {
    const { nsp } = this;
    const ways: Record<string, () => unknown> = {
      'this.emit': () => this.emit('hello'),
      'this.broadcast.emit': () => this.broadcast.emit('hello'),
      "this.to('tea').emit": () => this.to('tea').emit('hello'),
      "this.to(['tea', 'cake']).emit": () => this.to(['tea', 'cake']).emit('hello'),
      "this.broadcast.except('cake').emit": () => this.broadcast.except('cake').emit('hello'),
      "this.to('tea').except('cake').emit": () => this.to('tea').except('cake').emit('hello'),
      'this.to(id).emit': () => this.to(other).emit('hello'),
      'nsp.emit': () => nsp.emit('hello'),
      "nsp.to('tea').emit": () => nsp.to('tea').emit('hello'),
      "nsp.to('tea').except('cake').emit": () => nsp.to('tea').except('cake').emit('hello'),
      "nsp.except('tea').emit": () => nsp.except('tea').emit('hello'),
      'this.timeout(500).emitWithAck': () => this.timeout(500).emitWithAck('hello'),
      "this.to('tea').timeout(500).emitWithAck": () => this.to('tea').timeout(500).emitWithAck('hello'),
      "nsp.to('tea').timeout(500).emitWithAck": () => nsp.to('tea').timeout(500).emitWithAck('hello'),
      'nsp.timeout(500).emitWithAck': () => nsp.timeout(500).emitWithAck('hello'),
    };
    return ways[way]?.();
  }
}

const app = express();
app.use(socketio({ '/': Everyone, '/other': Everyone }));
app.listen(3000);
