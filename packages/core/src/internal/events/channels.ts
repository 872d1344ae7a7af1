import { type Channel, type ChannelListener, channel } from 'node:diagnostics_channel';
import { contain } from './lazy-emitter.js';

// Nothing is made for a channel without subscribers: ask `hasSubscribers` first, which costs next to nothing.

/** A client has joined a namespace. */
export const connectionChannel = containedChannel('sio:connection');
/** A client has left a namespace. */
export const disconnectionChannel = containedChannel('sio:disconnection');
/** An event was received. */
export const eventChannel = containedChannel('sio:event');
/** An event went out. */
export const emitChannel = containedChannel('sio:emit');
/** An event goes to many. */
export const broadcastChannel = containedChannel('sio:broadcast');
/** An acknowledgement went out or came in. */
export const ackChannel = containedChannel('sio:ack');
/** Code of the application failed. */
export const errorChannel = containedChannel('sio:error');
/** A request, a connect or an event was refused. */
export const refusalChannel = containedChannel('sio:refusal');

/**
 * The handler of an event begins, has returned, and is done where it was not at once: the names are those that
 * `tracingChannel('sio:handler')` of Node listens to. Whether anything traces is asked of the first alone.
 */
export const handlerChannels = {
  start: containedChannel('tracing:sio:handler:start'),
  end: containedChannel('tracing:sio:handler:end'),
  asyncStart: containedChannel('tracing:sio:handler:asyncStart'),
  asyncEnd: containedChannel('tracing:sio:handler:asyncEnd'),
};

/**
 * A channel whose subscribers cannot end the process, as they could with Node's own: it turns what one throws into an uncaught
 * exception. Subscribers from before the channel was made here are Node's.
 */
function containedChannel(name: string): Channel {
  const made = channel(name);
  const wrapperOf = new WeakMap<ChannelListener, ChannelListener>();
  const wrappers = new WeakSet<ChannelListener>();

  const wrapped = (listener: ChannelListener): ChannelListener => {
    if (wrappers.has(listener)) return listener;
    const known = wrapperOf.get(listener);
    if (known !== undefined) return known;
    const wrapper: ChannelListener = (message) => contain(() => listener(message, name), failed);
    wrapperOf.set(listener, wrapper);
    wrappers.add(wrapper);
    return wrapper;
  };
  const failed = (error: unknown): void => console.error(`[sio] a subscriber of ${name} failed:`, error);

  // The prototype changes with the first subscriber and the last, and Node's methods call each other through the object.
  const own = (): Channel => Object.getPrototypeOf(made) as Channel;
  made.subscribe = (listener) => own().subscribe.call(made, wrapped(listener));
  made.unsubscribe = (listener) => own().unsubscribe.call(made, wrapperOf.get(listener) ?? listener);
  return made;
}
