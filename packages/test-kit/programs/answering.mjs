/**
 * Answers the calls of the test that has forked this process.
 *
 * @param {Record<string, (argument: any) => unknown>} commands
 */
export function answering(commands) {
  process.on(
    'message',
    async (/** @type {{ id: number, name: string, argument: unknown }} */ { id, name, argument }) => {
      try {
        const command = commands[name];
        if (command === undefined) throw new Error(`There is no command '${name}'`);
        process.send?.({ id, value: await command(argument) });
      } catch (error) {
        process.send?.({ id, error: String(error) });
      }
    },
  );
  process.on('disconnect', () => process.exit());
}
