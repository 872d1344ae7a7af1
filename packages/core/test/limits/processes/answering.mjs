/** Answers a test that has forked this process. @param {Record<string, (argument: any) => unknown>} commands */
export function answering(commands) {
  process.on('message', async (/** @type {{ id: number, name: string, argument: unknown }} */ message) => {
    const { id, name, argument } = message;
    process.send?.({ id, value: await commands[name]?.(argument) });
  });
  process.on('disconnect', () => process.exit());
}
