import { Namespace, socketio } from '@sio/express';
import express from 'express';

/** Time that a user may be without a connection: a reload does not count as an absence. Milliseconds. */
const GRACE = Number(process.env.GRACE ?? 5000);

const leaving = new Map<string, NodeJS.Timeout>();

class Team extends Namespace<{ came: (user: string) => void; went: (user: string) => void }> {
  user = '';

  async onConnect({ user }: { user?: string }) {
    if (user === undefined) return false;
    this.user = user;
    const isNew = !this.#isHere() && !leaving.has(user);
    clearTimeout(leaving.get(user));
    leaving.delete(user);
    await this.join(`user:${user}`);
    if (isNew) this.broadcast.emit('came', user);
    return true;
  }

  onDisconnect() {
    if (this.#isHere()) return;
    const gone = () => {
      leaving.delete(this.user);
      this.nsp.emit('went', this.user);
    };
    leaving.set(this.user, setTimeout(gone, GRACE).unref());
  }

  /** The users that are here, each once, whatever the number of their tabs. */
  onUsers() {
    const rooms = [...this.nsp.adapter.rooms.keys()].filter((room) => room.startsWith('user:'));
    return [...new Set([...rooms.map((room) => room.slice('user:'.length)), ...leaving.keys()])].sort();
  }

  #isHere() {
    return this.nsp.adapter.rooms.has(`user:${this.user}`);
  }
}

const app = express();
app.use(socketio({ '/team': Team }));
app.listen(3000);
