import os

import socketio
from aiohttp import web


class Chat(socketio.AsyncNamespace):
    async def on_connect(self, sid, environ, auth):
        if not auth or 'name' not in auth:
            raise socketio.exceptions.ConnectionRefusedError('Tell your name')
        await self.save_session(sid, {'name': auth['name']})

    async def on_enter(self, sid, room):
        await self.enter_room(sid, room)
        return len(self.rooms(sid))

    async def on_say(self, sid, room, text):
        session = await self.get_session(sid)
        await self.emit('said', (session['name'], text), room=room, skip_sid=sid)


sio = socketio.AsyncServer()
sio.register_namespace(Chat('/chat'))
app = web.Application()
sio.attach(app)
web.run_app(app, port=int(os.environ.get('PORT', 3000)))
