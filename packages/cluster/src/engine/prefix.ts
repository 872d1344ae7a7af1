import type { ClusterEngine } from './engine.js';
import type { EngineHistories, EngineLog } from './log.js';

/** Wraps an engine so that all of its topics begin with a prefix. */
export function prefixed({ name, network, isRefusal, open }: ClusterEngine, prefix: string): ClusterEngine {
  return {
    name,
    network,
    isRefusal,
    open(events) {
      const link = open(events);
      return {
        connected: () => link.connected(),
        publish: (topic, payload) => link.publish(`${prefix}:${topic}`, payload),
        flush: async () => link.flush?.(),
        subscribe: (topic) => link.subscribe(`${prefix}:${topic}`),
        unsubscribe: (topic) => link.unsubscribe(`${prefix}:${topic}`),
        will: link.will && ((topic, payload) => link.will?.(`${prefix}:${topic}`, payload)),
        log: link.log && prefixedLog(link.log, prefix),
        close: () => link.close(),
      };
    },
  };
}

function prefixedLog(log: EngineLog, prefix: string): EngineLog {
  const named = (name: string) => `${prefix}:${name}`;
  return {
    append: (name, topics, payload) => log.append(named(name), topics.map(named), payload),
    mark: (name, topic, payload, retention) => log.mark(named(name), named(topic), payload, retention),
    read: (name, after, upTo) => log.read(named(name), after, upTo),
    keep: (key, session, time) => log.keep(named(key), session, time),
    renew: (keys, time) => log.renew(keys.map(named), time),
    take: (key) => log.take(named(key)),
    drop: (key) => log.drop(named(key)),
    histories: log.histories && prefixedHistories(log.histories, named),
  };
}

function prefixedHistories(histories: EngineHistories, named: (name: string) => string): EngineHistories {
  return {
    record: (targets, log, isLogged, topics, payload) =>
      histories.record(
        targets.map((target) => ({ ...target, history: named(target.history) })),
        named(log),
        isLogged,
        topics.map(named),
        payload,
      ),
    snapshot: (target, log, count, topic, payload) =>
      histories.snapshot({ ...target, history: named(target.history) }, named(log), count, named(topic), payload),
  };
}
