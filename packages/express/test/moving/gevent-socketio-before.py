from gevent import monkey
monkey.patch_all()

from socketio import socketio_manage
from socketio.mixins import BroadcastMixin, RoomsMixin
from socketio.namespace import BaseNamespace
from socketio.server import SocketIOServer


class ChatNamespace(BaseNamespace, RoomsMixin, BroadcastMixin):
    def on_nickname(self, name):
        self.session['name'] = name
        self.broadcast_event_not_me('announcement', name + ' enters')
        return True

    def on_join(self, room):
        self.room = room
        self.join(room)
        return True

    def on_user_message(self, text):
        self.emit_to_room(self.room, 'msg_to_room', self.session['name'], text)

    def recv_disconnect(self):
        self.broadcast_event_not_me('announcement', self.session['name'] + ' leaves')
        self.disconnect(silent=True)


def application(environ, start_response):
    if environ['PATH_INFO'].startswith('/socket.io'):
        return socketio_manage(environ, {'/chat': ChatNamespace})
    start_response('404 Not Found', [])
    return []


SocketIOServer(('', 3000), application, resource='socket.io').serve_forever()
