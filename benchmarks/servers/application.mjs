import { event, Namespace } from '@sio/core';
import { z } from 'zod';
import { ASK_TIMEOUT, LINE, order } from './handlers.mjs';

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

  /** @param {{ quantity: number }} order */
  onOrder({ quantity }) {
    return quantity;
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

const { onOrder } = Application.prototype;
const acl = ['order'];
const events = { order: event(order, onOrder) };

/** Declarations beside the methods, by handler. @type {Record<string, { events?: object, [declaration: string]: unknown }>} */
const declared = {
  order: { acl, events },
  'order:listed': { acl },
  'order:checked': { events },
  /** A schema for what goes back, too. */
  'order:answered': { events: { order: event(order, onOrder, z.number()) } },
  /** A rate that no client of a benchmark reaches. */
  'order:limited': { limits: { order: { burst: 1e9, perSecond: 1e9 } } },
  /** A schema for what is broadcast. */
  'broadcast:checked': { emits: { news: z.string() } },
};

/** The class that shows the behaviours a scenario needs. @param {string[]} handlers */
export function applicationFor([handler = '']) {
  const declarations = declared[handler];
  return Object.assign(class extends (declarations?.events ? Namespace : Application) {}, declarations);
}
