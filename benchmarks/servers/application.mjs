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

/** A schema for what comes in. */
class CheckedApplication extends Namespace {
  static events = {
    order: event(z.object(ORDER), (order) => order.quantity),
  };
}

/** A schema for what goes back, too. */
class AnsweringApplication extends Namespace {
  static events = {
    order: event(z.object(ORDER), (order) => order.quantity, z.number()),
  };
}

/** A method without one. */
class TrustingApplication extends Namespace {
  /** @param {{ quantity: number }} order */
  onOrder(order) {
    return order.quantity;
  }
}

/** A method without one, but a list of what may be called. */
class ListedApplication extends TrustingApplication {
  static acl = ['order'];
}

/** A method without one, but a rate for it. */
class LimitedApplication extends TrustingApplication {
  static limits = { order: PLENTY };
}

/** A schema for what is broadcast. */
class CheckedSpeaker extends Application {
  static emits = { news: z.string() };
}

/** The additions of production code: a list of what may be called, and a schema. */
class GuardedApplication extends Namespace {
  static acl = ['order'];
  static events = {
    order: event(z.object(ORDER), (order) => order.quantity),
  };
}

/** The class that shows the behaviours a scenario needs. @param {string[]} handlers */
export const applicationFor = (handlers) => BY_HANDLER.get(handlers[0]) ?? Application;

/** @type {Map<string | undefined, any>} */
const BY_HANDLER = new Map(
  /** @type {[string, unknown][]} */ ([
    ['order', GuardedApplication],
    ['order:trusting', TrustingApplication],
    ['order:listed', ListedApplication],
    ['order:checked', CheckedApplication],
    ['order:answered', AnsweringApplication],
    ['order:limited', LimitedApplication],
    ['broadcast:checked', CheckedSpeaker],
  ]),
);
