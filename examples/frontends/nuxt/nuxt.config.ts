export default defineNuxtConfig({
  // The build exports a listener, which server.mjs mounts beside the chat, and which serves the scripts of the pages as well.
  nitro: { preset: 'node-listener', serveStatic: true },
});
