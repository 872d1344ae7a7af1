import { fileURLToPath } from 'node:url';
import { freePort } from '@sio/test-kit/programs';
import { onTestFinished } from 'vitest';

const FOLDER = new URL('../../', import.meta.url);

/** Starts Vite's development server with a configuration of this folder, which leads to a port of this machine. @returns its URL */
export async function startVite(upstream: number, file: string): Promise<string> {
  const { createServer, loadConfigFromFile } = await import('vite');
  const configFile = fileURLToPath(new URL(file, FOLDER));
  const loaded = await loadConfigFromFile({ command: 'serve', mode: 'development' }, configFile);
  const { server = {} } = loaded?.config ?? {};
  const [[context, lines]] = Object.entries(server.proxy ?? {}) as [[string, object]];
  const vite = await createServer({
    configFile: false,
    root: fileURLToPath(new URL('test/page', FOLDER)),
    logLevel: 'silent',
    server: { host: 'localhost', port: await freePort(), proxy: { [context]: { ...lines, target: at(upstream) } } },
  });
  onTestFinished(() => vite.close());
  await vite.listen();
  return vite.resolvedUrls!.local[0]!.replace(/\/$/, '');
}

/** The same with webpack's. */
export async function startWebpack(upstream: number, file: string): Promise<string> {
  const { default: webpack } = await import('webpack');
  const { default: DevServer } = await import('webpack-dev-server');
  const { default: config } = (await import(/* @vite-ignore */ new URL(file, FOLDER).href)) as {
    default: { devServer: { proxy: object[] } };
  };
  const page = fileURLToPath(new URL('test/page', FOLDER));
  const compiler = webpack({
    mode: 'development',
    context: page,
    entry: './empty.js',
    infrastructureLogging: { level: 'none' },
    stats: 'none',
  })!;
  const proxy = config.devServer.proxy.map((lines) => ({ ...lines, target: at(upstream), logger: undefined }));
  const server = new DevServer(
    { host: 'localhost', port: 'auto', hot: false, client: false, static: page, proxy },
    compiler,
  );
  await server.start();
  onTestFinished(() => server.stop());
  const { port } = server.server!.address() as { port: number };
  return `http://localhost:${port}`;
}

function at(port: number): string {
  return `http://127.0.0.1:${port}`;
}
