import type { ConnectOrder, EmitOrder, LeaveOrder, News, Order } from './orders.js';

declare const io: any;

/**
 * Runs in the page, beside the client's own bundle: carries out orders, and tells what happens. It has nothing but what the
 * page has, and no syntax that the page's compiler would have to help with.
 */
export function pageAgent({ events, old }: { events: readonly string[]; old: boolean }): void {
  const page = globalThis as unknown as { tell: (news: News[]) => void; follow: (orders: Order[]) => void };
  const clients = new Map<number, any>();
  const answers: ((...args: unknown[]) => void)[] = [];
  let news: News[] = [];

  function tell(one: News): void {
    if (news.push(one) > 1) return;
    queueMicrotask(() => {
      page.tell(news);
      news = [];
    });
  }

  function toTest(value: any): unknown {
    if (typeof value === 'function') return { $answer: answers.push(value) - 1 };
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value instanceof ArrayBuffer ? value : value.buffer);
      return { $bytes: btoa(String.fromCharCode(...bytes)) };
    }
    return overItems(value, toTest);
  }

  function fromTest(value: any): unknown {
    if (typeof value?.$bytes !== 'string') return overItems(value, fromTest);
    return Uint8Array.from(atob(value.$bytes), (character) => character.charCodeAt(0)).buffer;
  }

  function overItems(value: any, change: (item: unknown) => unknown): unknown {
    if (Array.isArray(value)) return value.map(change);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
  }

  function connect(order: ConnectOrder): void {
    const { client, url, options } = order;
    const { transports, ...rest } = options;
    // Given as an option it would be merged into the default list, place by place.
    if (old) io.transports = transports;
    const socket = (io.connect ?? io)(url, old ? rest : options);
    clients.set(client, socket);
    for (const event of events) {
      socket.on(event, (...args: unknown[]) => tell({ client, event, args: args.map(toTest) }));
    }
  }

  function emit({ client, args, ask }: EmitOrder): void {
    const values: unknown[] = args.map(fromTest);
    if (ask !== undefined) {
      values.push((...answer: unknown[]) => tell({ client, asked: ask, args: answer.map(toTest) }));
    }
    const socket = clients.get(client);
    socket.emit(...values);
  }

  function leave({ client }: LeaveOrder): void {
    const socket = clients.get(client);
    try {
      if (old) socket.socket.disconnect();
      else socket.disconnect();
    } catch (error) {
      // Some cannot close their transport, which is theirs to answer for.
      console.warn(error);
    }
  }

  page.follow = (orders) => {
    for (const order of orders) {
      if (order.do === 'connect') connect(order);
      else if (order.do === 'emit') emit(order);
      else if (order.do === 'answer') answers[order.answer]?.(...order.args.map(fromTest));
      else leave(order);
    }
  };
}
