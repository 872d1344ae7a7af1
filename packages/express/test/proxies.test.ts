import http from 'node:http';
import { Echo, proxySuite } from '@sio/conformance/suites';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { describe, expect, test } from 'vitest';
import { connected, listen, majors, transports } from './support/kit.js';
import { serveAppOn } from './support/serve.js';

describe.each(majors)('%s', (_name, express) => {
  const serveApp = serveAppOn(express);
  proxySuite(serveApp);

  test.each(transports)('is reached over %s through http-proxy-middleware', async (_transport, list) => {
    const backend = await serveApp({ namespaces: { '/': Echo }, prefix: '', trusting: true });
    const target = await listen(backend);
    const front = express();
    front.use(createProxyMiddleware({ target, ws: true, xfwd: true }));
    const url = await listen(http.createServer(front));
    // Its first request shows it its server; until then it does not proxy WebSockets.
    await fetch(url);
    const socket = await connected(url, { transports: [...list] });
    expect(await socket.emitWithAck('echo', 'far away')).toBe('far away');
  });
});
