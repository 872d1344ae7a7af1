import type { DefaultTheme } from 'vitepress';

/** The pages by kind: to learn, to get something done, to look up, to understand. */
export const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: 'Tutorial',
    items: [
      { text: 'A chat, step by step', link: '/tutorial/' },
      { text: '1. A chat', link: '/tutorial/1-chat' },
      { text: '2. Login', link: '/tutorial/2-login' },
      { text: '3. Names', link: '/tutorial/3-names' },
      { text: '4. Rooms', link: '/tutorial/4-rooms' },
      { text: '5. Files', link: '/tutorial/5-files' },
      { text: '6. History', link: '/tutorial/6-history' },
      { text: '7. Tests', link: '/tutorial/7-tests' },
      { text: '8. Two servers', link: '/tutorial/8-two-servers' },
      { text: '9. Deployment', link: '/tutorial/9-deployment' },
      { text: 'One page, with schemas and types', link: '/getting-started' },
    ],
  },
  { text: 'Examples', link: '/examples' },
  {
    text: 'How-to',
    items: [
      { text: 'All how-to pages', link: '/how-to/' },
      { text: 'My client does not connect', link: '/troubleshooting' },
    ],
  },
  {
    text: 'How-to: frameworks',
    items: [
      { text: 'Express', link: '/express' },
      { text: 'Koa', link: '/koa' },
      { text: 'Fastify', link: '/fastify' },
      { text: 'Hapi', link: '/hapi' },
      { text: 'Other frameworks', link: '/adapters' },
    ],
  },
  {
    text: 'How-to: clients',
    items: [
      { text: 'The client side', link: '/client' },
      { text: 'React', link: '/frontends/react' },
      { text: 'Vue', link: '/frontends/vue' },
      { text: 'Svelte', link: '/frontends/svelte' },
      { text: 'Angular', link: '/frontends/angular' },
      { text: 'Next', link: '/frontends/next' },
      { text: 'Nuxt', link: '/frontends/nuxt' },
      { text: 'React Native', link: '/frontends/react-native' },
      { text: 'Old clients', link: '/how-to/old-clients' },
      { text: 'WebTransport', link: '/how-to/webtransport' },
    ],
  },
  {
    text: 'How-to: users',
    items: [
      { text: 'JSON web tokens', link: '/how-to/jwt' },
      { text: 'Passport', link: '/how-to/passport' },
      { text: 'Sessions and logout', link: '/how-to/sessions' },
      { text: 'A room for each user', link: '/how-to/user-room' },
      { text: 'Presence', link: '/how-to/presence' },
    ],
  },
  {
    text: 'How-to: messages',
    items: [
      { text: 'Which clients get an event', link: '/how-to/who-gets-it' },
      { text: 'Uploads', link: '/how-to/uploads' },
      { text: 'Rooms with a history', link: '/how-to/room-history' },
      { text: 'History in Postgres', link: '/how-to/history' },
      { text: 'Connection state recovery', link: '/recovery' },
      { text: 'From a worker or a cron job', link: '/how-to/worker' },
      { text: 'Back-pressure', link: '/how-to/back-pressure' },
      { text: 'Rate limits', link: '/how-to/rate-limits' },
    ],
  },
  {
    text: 'How-to: tests and tools',
    items: [
      { text: 'Testing', link: '/testing' },
      { text: 'Vitest, Jest, node:test', link: '/how-to/testing' },
      { text: 'The command line', link: '/cli' },
      { text: 'AsyncAPI documents', link: '/asyncapi' },
      { text: 'Admin UI of socket.io', link: '/how-to/admin-ui' },
    ],
  },
  {
    text: 'How-to: in production',
    items: [
      { text: 'Deployment', link: '/deployment' },
      { text: 'Behind a proxy', link: '/proxies' },
      { text: 'TLS, HTTP/2 and CDN', link: '/tls' },
      { text: 'More than one server', link: '/cluster' },
      { text: 'Operations', link: '/operations' },
      { text: 'Logging, metrics, tracing', link: '/observability' },
      { text: 'A page for operators', link: '/admin' },
    ],
  },
  {
    text: 'How-to: moving from',
    items: [
      { text: 'socket.io 4', link: '/moving/socket.io-4' },
      { text: 'socket.io 2 and 3', link: '/moving/socket.io-2-and-3' },
      { text: 'Socket.IO 0.9', link: '/moving/socket.io-0.9' },
      { text: 'python-socketio', link: '/moving/python-socketio' },
      { text: 'gevent-socketio', link: '/moving/gevent-socketio' },
      { text: 'ws', link: '/moving/ws' },
      { text: 'express-ws', link: '/moving/express-ws' },
      { text: 'fastify-socket.io, koa-socket', link: '/moving/framework-plugins' },
      { text: 'All differences from socket.io', link: '/migration' },
    ],
  },
  {
    text: 'Reference',
    items: [
      {
        text: 'Options',
        link: '/options',
        collapsed: true,
        items: [
          { text: 'Connections', link: '/options/connections' },
          { text: 'Access', link: '/options/access' },
          { text: 'Messages and namespaces', link: '/options/messages' },
          { text: 'Limits', link: '/options/limits' },
          { text: 'Old clients', link: '/options/old-clients' },
          { text: 'The server', link: '/options/server' },
        ],
      },
      { text: 'Limits', link: '/limits' },
      { text: 'Errors', link: '/errors' },
      { text: 'Classes and functions', link: '/api/README' },
      { text: 'Compatibility', link: '/compatibility' },
      { text: 'Loaders and runtimes', link: '/loaders' },
      { text: 'Glossary', link: '/glossary' },
    ],
  },
  {
    text: 'Explanation',
    items: [
      { text: 'Namespaces', link: '/namespaces' },
      { text: 'Architecture', link: '/architecture' },
      { text: 'Performance', link: '/performance' },
      { text: 'Security and robustness', link: '/security' },
    ],
  },
  {
    text: 'Appendix',
    items: [
      { text: 'All measurements', link: '/appendix/measurements' },
      { text: 'Clients and their tests', link: '/appendix/clients' },
      { text: 'All of socket.io, with its tests', link: '/appendix/checklist' },
      { text: 'For users of Python, with its tests', link: '/appendix/checklist-python' },
    ],
  },
];
