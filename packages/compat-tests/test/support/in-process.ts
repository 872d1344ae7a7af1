import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The result of a small program that uses `library` as it is installed: `io` listens, `client()` connects, `end()` exits. */
export function inProcess(library: string, code: string): Promise<{ code: number; output: string }> {
  const program = `import { Server } from '${library}'; import { io as connect } from 'socket.io-client';
    const io = new Server(0); const http = io.httpServer; if (!http.listening) await new Promise((go) => http.once('listening', go));
    const client = () => connect('http://127.0.0.1:' + http.address().port, { transports: ['websocket'], reconnection: false });
    const end = () => { console.log('still here'); process.exit(0); };
    ${code}`;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', program], { cwd: here }, (error, stdout) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout.trim() }),
    );
  });
}
