"""Goes a part of the tour with a client that is called socketIO_client, and prints `step: report` for each of its steps.

Usage: tour.py PORT [TRANSPORT...]
"""
import sys

from socketIO_client import SocketIO

AGENT = {'User-Agent': 'socketIO-client'}


def tour(port, transport):
    # With a name of its own: that of the HTTP library is taken for a client that reads text only.
    sio = SocketIO('127.0.0.1', port, transports=[transport], headers=AGENT)
    tell('connect', 'yes')
    said = []

    def end(*_):
        tell('burst in order', 100 if said == list(range(100)) else said)
        sio.disconnect()

    sio.on('said', said.append)
    sio.on('last', end)
    sio.emit('echo', 'žluťoučký 語', lambda answer: tell('echo text', answer))
    sio.emit('burst', 100)
    # Once: when its time is over, it gives up the poll under way, and so its session.
    sio.wait(seconds=30)


def tell(step, report):
    print('%s: %s' % (step, report), flush=True)


for way in sys.argv[2:]:
    print('== ' + way, flush=True)
    tour(int(sys.argv[1]), way)
