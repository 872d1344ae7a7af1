// Runs the program of a how-to page: `npm start -- how-to jwt`. Without a name it lists them.
import { readdirSync } from 'node:fs';
import { Server } from 'node:net';
import { Server as SecureServer } from 'node:tls';

const [name] = process.argv.slice(2);
const names = readdirSync(new URL('dist', import.meta.url))
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.slice(0, -3));
if (name === undefined || !names.includes(name)) {
  console.log(`npm start -- how-to <name>, where the name is one of ${names.join(', ')}`);
  process.exit(name === undefined ? 0 : 1);
}

// The programs listen on port 3000, as a page shows it; here `PORT` overrides it.
const { listen } = Server.prototype;
Server.prototype.listen = function (...args) {
  if (args[0] !== 3000) return listen.apply(this, args);
  this.once('listening', () => {
    const address = this.address();
    const scheme = this instanceof SecureServer ? 'https' : 'http';
    if (typeof address === 'object') console.log(`${name}: ${scheme}://localhost:${address?.port}`);
  });
  return listen.apply(this, [Number(process.env.PORT ?? 3000), ...args.slice(1)]);
};
await import(`./dist/${name}.js`);
