import { expect, it } from 'vitest';
import type { EngineLog } from '../src/engine/log.js';
import type { Cluster } from '../src/node/cluster.js';
import { NamespaceLog } from '../src/recovery/namespace-log.js';
import type { Header } from '../src/wire/frame.js';

const RETENTION = { time: 1000, entries: 100 };
const HEADER: Header = { n: '/' };

/** A log in a broker that confirms what it stores when the test says so. */
function slowLog() {
  const confirmations: (() => void)[] = [];
  const log: Pick<EngineLog, 'append' | 'mark'> = {
    append: () => new Promise<void>((confirm) => confirmations.push(confirm)),
    mark: async () => 'epoch1',
  };
  let number = 0;
  const cluster = {
    id: 'aaaaaaaa',
    state: 'up',
    get loses() {
      return this.state === 'down';
    },
    nextNumber: () => ++number,
    topics: { of: () => [] },
    countPublished: () => {},
    countLost: () => {},
    storesAgain: () => {},
    notStored: () => {},
  };
  // The log uses no more of a cluster, and of a broker, than this.
  const own = new NamespaceLog(cluster as unknown as Cluster, log as EngineLog, '/', RETENTION, () => {});
  own.tick();
  const confirm = () => {
    for (const confirmation of confirmations.splice(0)) confirmation();
  };
  return { own, cluster, confirm };
}

it('the log of a namespace stores everything once the broker confirms it', async () => {
  const { own, confirm } = slowLog();
  own.append(undefined, HEADER, 'an event');
  const stored = own.stored();
  confirm();
  await expect(stored).resolves.toBeUndefined();
});

it('the log of a namespace reports an event that is lost while others are still being stored', async () => {
  const { own, cluster, confirm } = slowLog();
  own.append(undefined, HEADER, 'an event');
  cluster.state = 'down';
  own.append(undefined, HEADER, 'a lost event');
  const stored = own.stored();
  cluster.state = 'up';
  // The readers of the log are told, which is one more write.
  own.tick();
  confirm();
  await expect(stored).rejects.toThrow('does not keep all events');
  // Later events are stored again.
  own.append(undefined, HEADER, 'an event');
  const later = own.stored();
  confirm();
  await expect(later).resolves.toBeUndefined();
});
