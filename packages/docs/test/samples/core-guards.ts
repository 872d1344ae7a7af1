import { Namespace, socketio } from '@sio/core';

class Chat extends Namespace {
  onSay() {
    return 'never';
  }
}
const namespaces = { '/chat': Chat };
const banned = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

const { io } =
  // #region
  socketio(namespaces, {
    guards: [(socket, attempt) => attempt.type === 'connect' || !banned.has(socket.handshake.address)],
  });
// #endregion
io.listen(3000);
