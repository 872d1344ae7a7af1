import { serve } from '@sio/example-shared';
import { ClientError, Namespace } from '@sio/express';
import { bundles, VERSIONS } from './clients.js';

interface ServerEvents {
  result: (what: string, value: unknown) => void;
  ask: (question: string, answer: (text: string) => void) => void;
}

class Tour extends Namespace<ServerEvents> {
  static limits = { rarely: { burst: 2, perSecond: 1 / 30 } };

  onReady() {
    this.emit('result', 'welcome', `You are ${this.id}`);
  }

  /** Protocol and transport of every client. */
  onWho() {
    return [...this.nsp.sockets.values()].map(({ conn }) => `${conn.protocolVersion} over ${conn.transport.name}`);
  }

  onEcho(text: unknown) {
    this.emit('result', 'to you alone', text);
  }

  onBroadcast(text: unknown) {
    this.broadcast.emit('result', 'to all others', text);
  }

  onEverybody(text: unknown) {
    this.nsp.emit('result', 'to everybody', text);
  }

  onAdd(a: unknown, b: unknown) {
    return Number(a) + Number(b);
  }

  async onJoin(room: unknown) {
    await this.join(String(room));
    this.emit('result', 'your rooms', this.#rooms());
  }

  async onLeave(room: unknown) {
    await this.leave(String(room));
    this.emit('result', 'your rooms', this.#rooms());
  }

  onToRoom(room: unknown, text: unknown) {
    this.nsp.to(String(room)).emit('result', `to room ${room}`, text);
  }

  onOutside(room: unknown, text: unknown) {
    this.nsp.except(String(room)).emit('result', `to all outside of room ${room}`, text);
  }

  onCloseRoom(room: unknown) {
    this.nsp.to(String(room)).emit('result', 'the room is closed', room);
    this.nsp.in(String(room)).socketsLeave(String(room));
  }

  onBytes(bytes: unknown) {
    this.emit('result', 'bytes', bytes);
    return Buffer.isBuffer(bytes) ? `${bytes.length} bytes` : `as ${typeof bytes}`;
  }

  async onAskMe() {
    const answer = await this.timeout(5000).emitWithAck('ask', 'What is your favourite colour?');
    this.emit('result', 'the server asked, you answered', answer);
  }

  onCountdown() {
    // A task ends with its client.
    this.spawn(async () => {
      for (const left of [3, 2, 1, 0]) {
        this.emit('result', 'countdown', left);
        await this.sleep(300);
      }
    });
  }

  onFail() {
    throw new ClientError('as_you_wish', 'This is the error that you asked for');
  }

  onRarely() {
    return 'done';
  }

  onKick() {
    this.disconnect();
  }

  #rooms() {
    return [...this.rooms].filter((room) => room !== this.id);
  }
}

const { url } = await serve(
  { '/tour': Tour },
  {
    pages: new URL('../public', import.meta.url),
    routes(app) {
      app.get('/versions', (_req, res) => void res.json(VERSIONS));
      app.get('/clients/:version', (req, res, next) => {
        const bundle = bundles.get(req.params.version);
        if (bundle === undefined) return next();
        res.type('js').send(bundle);
      });
    },
  },
);
console.log(`Feature tour: ${url}`);
