import { acks, ConnectionRefused, Namespace, type Namespaces } from '@sio/core';
import { Inbox } from '@sio/test-kit';
import type { SessionAccess } from './setup.js';

/** How the namespaces of a contract see the framework around them. */
export interface Framework {
  isRequest(request: unknown): boolean;
  readonly session: SessionAccess<never> | undefined;
}

/** Events on the server, and what it waits for. */
export class Probe {
  /** Reasons of disconnections from `/`. */
  readonly gone = new Inbox<string>('disconnections on the server');
  /** Numbers that came as `count`. */
  readonly counted: number[] = [];
  /** Notes that came to `/slow`. */
  readonly notes = new Inbox<unknown>('notes on the server');
  /** Lets those in who wait before `/slow`. */
  open: () => void = () => {};
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

/** The namespaces that every case finds on the server. */
export function contractNamespaces(framework: Framework, probe: Probe): Namespaces {
  return {
    '/': mainNamespace(framework, probe),
    '/picky': Picky,
    '/slow': slowNamespace(probe),
    '/orders/:id': Order,
  };
}

function mainNamespace(framework: Framework, probe: Probe) {
  return class Main extends Namespace {
    onEcho(...args: unknown[]) {
      return acks(...args);
    }

    onSay(...args: unknown[]) {
      this.emit('said', ...args);
    }

    onPutQuestion(question: unknown) {
      return this.timeout(4000).emitWithAck('question', question);
    }

    onEnter(room: string) {
      this.join(room);
    }

    onQuit(room: string) {
      this.leave(room);
    }

    onTell(room: string, ...args: unknown[]) {
      this.to(room).emit('heard', ...args);
    }

    onTellAll(...args: unknown[]) {
      this.nsp.emit('heard', ...args);
    }

    onCount(number: number) {
      probe.counted.push(number);
    }

    onCounted() {
      return acks(probe.counted);
    }

    onBurst(length: number) {
      for (let number = 0; number < length; number += 1) this.emit('number', number);
    }

    onKick(close: boolean) {
      this.disconnect(close);
    }

    onDrop() {
      this.conn.close();
    }

    onRequestIsFrameworks() {
      return framework.isRequest(this.request);
    }

    onWhoami() {
      return framework.session?.read(this as never);
    }

    async onBecome(user: string) {
      await framework.session?.write(this as never, user);
    }

    onDisconnect(reason: string) {
      probe.gone.push(reason);
    }
  };
}

class Picky extends Namespace {
  onConnect(auth: { password?: string }) {
    if (auth.password !== 'mellon') throw new ConnectionRefused('speak, friend', { door: 'west' });
  }
}

class Order extends Namespace {
  onWhich() {
    return this.params.id;
  }
}

function slowNamespace(probe: Probe) {
  return class Slow extends Namespace {
    async onConnect() {
      this.emit('greeting', 'before');
      await probe.opened;
      this.emit('greeting', 'after');
    }

    onReady() {
      this.emit('greeting', 'ready');
    }

    onNote(note: unknown) {
      probe.notes.push(note);
    }
  };
}
