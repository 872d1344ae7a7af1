import { event, Namespace } from '@sio/core';
import { z } from 'zod';
import { LINE, ORDER } from './handlers.mjs';

const ASK_TIMEOUT = 30_000;

/** A rate that no client of a benchmark reaches. */
const PLENTY = { burst: 1e9, perSecond: 1e9 };

/** The behaviours of `handlers.mjs` as a class namespace: methods, whose result is the acknowledgement. */
class Application extends Namespace {
  /** @param {unknown} value */
  onEcho(value) {
    return value;
  }

  /** @param {Buffer} bytes */
  onBinary(bytes) {
    this.emit('binary', bytes);
  }

  /** @param {number} count */
  onBurst(count) {
    for (let i = 0; i < count; i++) this.emit('burst', i, LINE);
  }

  /** @param {string} line */
  onBroadcast(line) {
    this.nsp.emit('news', line);
  }

  /** @param {string} room */
  onJoin(room) {
    void this.join(room);
  }

  /** @param {string} room @param {string} line */
  onSay(room, line) {
    this.nsp.to(room).emit('news', line);
  }

  /** @param {string} question */
  onAsk(question) {
    this.nsp
      .timeout(ASK_TIMEOUT)
      .emit('ask', question, (/** @type {unknown} */ _error, /** @type {unknown[]} */ answers) =>
        this.emit('asked', answers.length),
      );
  }
}

class Order extends Namespace {
  /** @param {{ quantity: number }} order */
  onOrder(order) {
    return order.quantity;
  }
}

const order = z.object(ORDER);
const quantityOf = (/** @type {{ quantity: number }} */ { quantity }) => quantity;

/** Declarations beside the methods, by handler. @type {Record<string, unknown>} */
const declared = {
  /** The additions of production code: a list of what may be called, and a schema. */
  order: class extends Namespace {
    static acl = ['order'];
    static events = { order: event(order, quantityOf) };
  },
  'order:trusting': Order,
  'order:listed': class extends Order {
    static acl = ['order'];
  },
  'order:checked': class extends Namespace {
    static events = { order: event(order, quantityOf) };
  },
  /** A schema for what goes back, too. */
  'order:answered': class extends Namespace {
    static events = { order: event(order, quantityOf, z.number()) };
  },
  'order:limited': class extends Order {
    static limits = { order: PLENTY };
  },
  /** A schema for what is broadcast. */
  'broadcast:checked': class extends Application {
    static emits = { news: z.string() };
  },
};

/** The class that shows the behaviours a scenario needs. @param {string[]} handlers @returns {any} */
export const applicationFor = ([handler = '']) => declared[handler] ?? Application;
