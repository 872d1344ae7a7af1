"""Carries out orders with python-socketio's own clients, and tells what happens: one line of JSON for each, both ways.

Usage: python_agent.py sync|asyncio EVENT...
"""
import asyncio
import base64
import json
import sys
import threading
import time

import socketio

EVENTS = [event for event in sys.argv[2:] if event not in ('connect', 'disconnect')]
NAMES = {'server disconnect': 'io server disconnect', 'client disconnect': 'io client disconnect'}
OUTPUT = threading.Lock()


def tell(**news):
    with OUTPUT:
        sys.stdout.write(json.dumps(news) + '\n')
        sys.stdout.flush()


def to_test(value):
    if isinstance(value, (bytes, bytearray)):
        return {'$bytes': base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)):
        return [to_test(item) for item in value]
    if isinstance(value, dict):
        return {key: to_test(item) for key, item in value.items()}
    return value


def from_test(value):
    if isinstance(value, dict):
        if '$bytes' in value:
            return base64.b64decode(value['$bytes'])
        return {key: from_test(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_test(item) for item in value]
    return value


def arguments(args):
    """A tuple is several arguments, a list is one."""
    values = tuple(from_test(value) for value in args)
    return values if len(values) != 1 else values[0]


def settings(options):
    """What the client's constructor is told."""
    delay = options.get('reconnectionDelay', 1000) / 1000
    return {'reconnection': options.get('reconnection', False), 'reconnection_delay': delay, 'randomization_factor': 0}


def reason(args):
    """The reason for a disconnection, where releases tell one."""
    return [NAMES.get(value, value) for value in args]


def split(url):
    """The server's URL, and the namespace."""
    base, _, name = url[len('http://'):].partition('/')
    return 'http://' + base, '/' + name


def writes(eio):
    """Whether its writer is at work. A client that is told to leave just then does so without a word."""
    return eio.state == 'connected' and not (eio.queue.empty() and eio.queue.not_empty._waiters)


class Threads:
    """The clients that block."""

    def __init__(self):
        self.clients = {}
        self.answers = []

    def connect(self, client, url, options):
        base, namespace = split(url)
        sio = socketio.Client(**settings(options))
        self.clients[client] = (sio, namespace)
        sio.on('connect', lambda: tell(client=client, event='connect', args=[]), namespace=namespace)
        sio.on('disconnect', self.left(client), namespace=namespace)
        for event in EVENTS:
            sio.on(event, self.handler(client, event), namespace=namespace)
        sio.connect(base, transports=options.get('transports'), namespaces=[namespace])

    def left(self, client):
        return lambda *args: tell(client=client, event='disconnect', args=reason(args))

    def handler(self, client, event):
        def handle(*args):
            values = [to_test(value) for value in args]
            if event != 'ask':
                tell(client=client, event=event, args=values)
                return None
            answered = threading.Event()
            place = []
            self.answers.append((answered, place))
            tell(client=client, event=event, args=values + [{'$answer': len(self.answers) - 1}])
            answered.wait()
            return place[0]

        return handle

    def emit(self, client, args, ask=None):
        sio, namespace = self.clients[client]
        done = None if ask is None else lambda *values: tell(client=client, asked=ask, args=[to_test(v) for v in values])
        sio.emit(args[0], arguments(args[1:]), namespace=namespace, callback=done)

    def answer(self, answer, args):
        answered, place = self.answers[answer]
        place.append(arguments(args))
        answered.set()

    def leave(self, client):
        sio, _ = self.clients[client]
        while writes(sio.eio):
            time.sleep(0.001)
        sio.disconnect()

    def run(self):
        for line in sys.stdin:
            order = json.loads(line)
            getattr(self, order.pop('do'))(**order)


class Loop:
    """The clients for asyncio."""

    def __init__(self):
        self.clients = {}
        self.answers = []

    async def connect(self, client, url, options):
        base, namespace = split(url)
        sio = socketio.AsyncClient(**settings(options))
        self.clients[client] = (sio, namespace)
        sio.on('connect', lambda: tell(client=client, event='connect', args=[]), namespace=namespace)
        sio.on('disconnect', self.left(client), namespace=namespace)
        for event in EVENTS:
            sio.on(event, self.handler(client, event), namespace=namespace)
        await sio.connect(base, transports=options.get('transports'), namespaces=[namespace])

    def left(self, client):
        return lambda *args: tell(client=client, event='disconnect', args=reason(args))

    def handler(self, client, event):
        async def handle(*args):
            values = [to_test(value) for value in args]
            if event != 'ask':
                tell(client=client, event=event, args=values)
                return None
            answered = asyncio.get_running_loop().create_future()
            self.answers.append(answered)
            tell(client=client, event=event, args=values + [{'$answer': len(self.answers) - 1}])
            return await answered

        return handle

    async def emit(self, client, args, ask=None):
        sio, namespace = self.clients[client]
        done = None if ask is None else lambda *values: tell(client=client, asked=ask, args=[to_test(v) for v in values])
        await sio.emit(args[0], arguments(args[1:]), namespace=namespace, callback=done)

    async def answer(self, answer, args):
        self.answers[answer].set_result(arguments(args))

    async def leave(self, client):
        sio, _ = self.clients[client]
        # As with the threads: a writer at work would leave without a goodbye.
        while sio.eio.state == 'connected' and not (sio.eio.queue.empty() and sio.eio.queue._getters):
            await asyncio.sleep(0.001)
        await sio.disconnect()

    async def run(self):
        loop = asyncio.get_running_loop()
        while True:
            line = await loop.run_in_executor(None, sys.stdin.readline)
            if not line:
                break
            order = json.loads(line)
            await getattr(self, order.pop('do'))(**order)


if sys.argv[1] == 'sync':
    Threads().run()
else:
    asyncio.run(Loop().run())
