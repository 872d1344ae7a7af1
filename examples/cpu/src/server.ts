import { serve } from '@sio/example-shared';
import { Namespace } from '@sio/express';
import { loadMeter, type Sample } from './load.js';

/** Milliseconds between samples. */
const INTERVAL = 500;
/** Samples of a minute. */
const KEPT = 120;

interface ServerEvents {
  history: (samples: readonly Sample[]) => void;
  sample: (sample: Sample) => void;
  viewers: (count: number) => void;
}

const samples: Sample[] = [];
let timer: NodeJS.Timeout | undefined;

class Cpu extends Namespace<ServerEvents> {
  onReady() {
    const { nsp } = this;
    this.emit('history', samples);
    nsp.emit('viewers', nsp.sockets.size);
    if (timer !== undefined) return;
    const measure = loadMeter();
    timer = setInterval(() => {
      const sample = measure();
      samples.push(sample);
      if (samples.length > KEPT) samples.shift();
      nsp.volatile.emit('sample', sample);
    }, INTERVAL);
  }

  onDisconnect() {
    const left = this.nsp.sockets.size;
    this.nsp.emit('viewers', left);
    if (left > 0) return;
    clearInterval(timer);
    timer = undefined;
    samples.length = 0;
  }
}

const { url } = await serve({ '/cpu': Cpu }, { pages: new URL('../public', import.meta.url) });
console.log(`CPU: ${url}`);
