import { serve } from '@sio/example-shared';
import { Namespace } from '@sio/express';

class Visits extends Namespace {
  onWho() {
    const { headers } = this.request;
    return { origin: headers.origin ?? 'none', cookie: headers.cookie?.includes('visitor=') ?? false };
  }
}

const pages = new URL('../public', import.meta.url);
let server = '';
const page = await serve({}, { pages, routes: (app) => app.get('/server', (_req, res) => void res.json(server)) });
const port = Number(new URL(page.url).port);

const { url } = await serve(
  { '/visits': Visits },
  {
    pages,
    // In production, a name instead of a port: https://www.example.com
    cors: { origin: page.url, credentials: true },
    port: Number(process.env.PORT ?? 3000) === 0 ? 0 : port + 1,
    routes: (app) =>
      app.get('/login', (req, res) => {
        // A page may read the answer only where its origin is named.
        if (req.headers.origin === page.url)
          res.set({ 'Access-Control-Allow-Origin': page.url, 'Access-Control-Allow-Credentials': 'true' });
        res.cookie('visitor', 'ann', { sameSite: 'lax', httpOnly: true }).sendStatus(204);
      }),
  },
);
server = url;
console.log(`Cross-origin: ${page.url}, and its server ${url}`);
