/**
 * The child's end of `child.mjs`: runs the command that the parent asks for and sends back what it returns.
 * The process exits when its parent disconnects, so that no child outlives a run.
 * @param {Record<string, (payload: any) => unknown>} commands
 */
export function answer(commands) {
  process.on('message', async (/** @type {any} */ { id, type, payload }) => {
    try {
      const command = commands[type];
      if (!command) throw new Error(`unknown command "${type}"`);
      process.send?.({ id, result: await command(payload) });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
  process.on('disconnect', () => process.exit(0));
}
