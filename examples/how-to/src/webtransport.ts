import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { Http2Server, Http3Server, quicheLoaded } from '@fails-components/webtransport';
import { Namespace, socketio } from '@sio/core';

class Chat extends Namespace {
  /** A session of WebTransport brings no cookies: credentials come in `auth`. */
  onConnect({ token }: { token?: string }) {
    return token === 'secret';
  }

  onWhere() {
    return this.conn.transport.name;
  }
}

const key = readFileSync(process.env.KEY ?? 'key.pem', 'utf8');
const cert = readFileSync(process.env.CERT ?? 'cert.pem', 'utf8');

const httpServer = createServer({ key, cert });
const chat = socketio({ '/chat': Chat }, { transports: ['polling', 'websocket', 'webtransport'] });
const { io } = chat.attach(httpServer);

// HTTP/3 runs over UDP, on the same port number. Browsers speak nothing else; HTTP/2 is for clients in Node.
await quicheLoaded;
const Front = process.env.HTTP === '2' ? Http2Server : Http3Server;
const front = new Front({
  port: Number(process.env.UDP_PORT ?? 3000),
  host: '0.0.0.0',
  secret: key,
  cert,
  privKey: key,
});
front.startServer();
await front.ready;
httpServer.listen(3000);

for await (const session of front.sessionStream('/socket.io/') as AsyncIterable<never>) {
  void io.engine.onWebTransportSession(session);
}
