import http from 'node:http';
import { greeting, originalSocketIo, plainNeighbour } from '@sio/conformance/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { connected, listen, majors, transports } from './support/start.js';

class Echo extends Namespace {
  onWho() {
    return 'ours';
  }
}

describe.each(majors)('%s', (_name, App) => {
  function serve() {
    const app = new App();
    const chat = socketio({ '/': Echo });
    onTestFinished(() => chat.io.close());
    app.use(chat);
    return http.createServer(app.callback());
  }

  describe.each(transports)('over %s', (_transport, list) => {
    const options = { transports: [...list] };

    /** Two clients of ours, one before and one after the neighbour is asked. */
    async function liveBeside(order: string, attach: (server: http.Server) => void, ask: (url: string) => unknown) {
      const server = serve();
      if (order === 'before') attach(server);
      const url = `http://127.0.0.1:${await listen(server)}`;
      const first = await connected(url, options);
      if (order === 'after') attach(server);
      await ask(url);
      const second = await connected(url, options);
      expect([await first.emitWithAck('who'), await second.emitWithAck('who')]).toEqual(['ours', 'ours']);
    }

    test.each(['before', 'after'])('shares the server with ws attached %s', async (order) => {
      await liveBeside(order, plainNeighbour, async (url) => {
        expect(await greeting(`${url.replace('http', 'ws')}/other`)).toBe('theirs');
      });
    });

    test.each(['before', 'after'])('shares the server with socket.io itself attached %s', async (order) => {
      await liveBeside(order, originalSocketIo, async (url) => {
        const theirs = await connected(url, { ...options, path: '/original' });
        expect(await theirs.emitWithAck('who')).toBe('original');
      });
    });
  });
});
