import type { ClusterEngine } from './engine.js';

/** An engine whose topics all begin with a prefix. */
export function prefixed({ name, open }: ClusterEngine, prefix: string): ClusterEngine {
  return {
    name,
    open(events) {
      const link = open(events);
      return {
        connected: () => link.connected(),
        publish: (topic, payload) => link.publish(`${prefix}:${topic}`, payload),
        flush: async () => link.flush?.(),
        subscribe: (topic) => link.subscribe(`${prefix}:${topic}`),
        unsubscribe: (topic) => link.unsubscribe(`${prefix}:${topic}`),
        close: () => link.close(),
      };
    },
  };
}
