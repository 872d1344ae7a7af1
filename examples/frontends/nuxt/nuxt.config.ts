export default defineNuxtConfig({
  // The build exports a handler, which server.mjs mounts beside the chat.
  nitro: { preset: 'node_middleware' },
});
