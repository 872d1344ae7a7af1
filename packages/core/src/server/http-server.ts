import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type StaticFiles, staticFiles } from './static-files.js';

/** An HTTP server for nothing else. */
export function listeningServer(port: number, files: StaticFiles | undefined): HttpServer {
  const server = createServer(files === undefined ? notFound : staticFiles(files));
  return server.listen(port);
}

function notFound(_req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(404);
  res.end();
}

/** Milliseconds. */
const LOOK_FOR_IDLE = 50;

/** Closes a server that has no work left. @returns its error, if any */
export function closeServer(server: HttpServer): Promise<Error | undefined> {
  return new Promise((resolve) => {
    // Connections that are only kept alive would hold the server open; some become so when their last answer is out.
    const closeIdle = () => server.closeIdleConnections?.();
    const look = setInterval(closeIdle, LOOK_FOR_IDLE);
    server.close((error) => {
      clearInterval(look);
      resolve(error);
    });
    closeIdle();
  });
}
