module.exports = {
  apps: [
    {
      name: 'chat',
      script: 'server.js',
      exec_mode: 'cluster',
      instances: 'max',
      env: { NODE_ENV: 'production', PORT: 3000 },
      // Longer than the deadline of drain(), in milliseconds.
      kill_timeout: 20_000,
    },
  ],
};
