import { createApp } from './index.js';

const port = Number(process.env.PORT ?? 3000);
const app = createApp().listen(port);
app.io.httpServer?.once('listening', () => console.log(`To-do list: http://localhost:${port}/todo`));

process.once('SIGTERM', () => void app.close());
