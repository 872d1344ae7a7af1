import { serve } from '@sio/example-shared';
import { acks, Namespace } from '@sio/express';

class Latency extends Namespace {
  onEcho() {
    return acks();
  }
}

const { url } = await serve({ '/latency': Latency }, { pages: new URL('../public', import.meta.url) });
console.log(`Latency: ${url}`);
