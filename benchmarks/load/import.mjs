// Imports the module that its argument names, and prints what this took: CPU time in milliseconds, heap in bytes.
const heapNow = () => {
  if (!globalThis.gc) throw new Error('run with --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};

const name = process.argv[2];
if (!name) throw new Error('name a module');
const heap = heapNow();
const cpu = process.cpuUsage();
await import(name);
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(JSON.stringify({ cpu: (user + system) / 1000, heap: heapNow() - heap }));
process.exit();
