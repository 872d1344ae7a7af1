import { Namespace, socketio } from '@sio/express';
import express from 'express';

class Chat extends Namespace<{ said: (text: string) => void }> {
  /** Of one connection, by method. */
  static limits = { say: { burst: 5, perSecond: 1 } };

  onSay(text: string) {
    this.nsp.emit('said', text);
  }

  onSearch(words: string) {
    return [`${words} is found here`];
  }
}

const app = express();
// Only with a proxy in front: without this, all clients share the proxy's address.
app.set('trust proxy', 'loopback');
app.use(
  socketio(
    { '/chat': Chat },
    {
      rateLimits: {
        connection: { burst: 50, perSecond: 20 },
        address: { burst: 200, perSecond: 50 },
        // A search takes ten of the tokens above.
        events: { search: { cost: 10 } },
        closeAfter: 20,
      },
      maxConnectionsPerAddress: 100,
    },
  ),
);
app.listen(3000);
