// The one entry point behind every npm script. It needs nothing but Node and npm.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`This project needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(1);
}

// Imported only now, so that an old Node gets the sentence above instead of a syntax error.
const { commands } = await import('./lib/commands.mjs');
const [name = '', ...args] = process.argv.slice(2);
const command = commands.get(name);
if (command === undefined) {
  console.error(`Unknown command '${name}'. Known: ${[...commands.keys()].join(', ')}.`);
  process.exit(1);
}
process.exitCode = await command(args).catch((/** @type {Error} */ error) => {
  console.error(error.message);
  return 1;
});
