import { adminHandlers } from '@sio/admin';
import { Child, listen, startServer } from '@sio/test-kit';
import { launchBrowser } from '@sio/test-kit/browser';
import { service } from '@sio/test-kit/services';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';

/** `SIO_ADMIN_CONNECTIONS=10000 npm test -- packages/admin/test/many` is the full form, which runs every night. */
const COUNT = Number(process.env.SIO_ADMIN_CONNECTIONS ?? 2000);
/** Answers of the figures that are timed. */
const ROUNDS = 20;

test.skipIf(!service('chromium'))(
  `the page shows ${COUNT} connections, and its figures are quick to get`,
  { timeout: 90_000 },
  async () => {
    const { io, url } = await startServer({
      onConnection: (socket: { join(room: string): unknown; id: string }) => void socket.join(`user:${socket.id}`),
    });
    const handlers = adminHandlers(io, { sampleInterval: 0 });
    onTestFinished(handlers.stop);
    const admin = await listen(express().use('/', handlers.node));
    const crowd = new Child(new URL('./crowd.mjs', import.meta.url));
    expect(await crowd.call('join', { url, count: COUNT })).toBe(COUNT);

    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now();
      const { stats, rooms } = await (await fetch(`${admin}/?stats`)).json();
      times.push(performance.now() - start);
      expect(stats.connections.total).toBe(COUNT);
      expect(rooms).toMatchObject({ total: COUNT });
      expect(rooms.rows).toHaveLength(50);
    }
    const median = times.sort((a, b) => a - b)[ROUNDS / 2] as number;
    console.log(`${COUNT} connections: the figures take ${median.toFixed(1)} ms`);

    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const page = await browser.newPage({ locale: 'en' });
    await page.goto(admin);
    const shown = new Intl.NumberFormat('en').format(COUNT);
    await page.getByText(shown, { exact: true }).first().waitFor();
    await page.getByText(`The 50 largest of ${shown}`).waitFor();
    const [first] = io.sockets.sockets.keys();
    await page.getByLabel('Socket id or room').fill(first as string);
    await page.keyboard.press('Enter');
    await page.getByText('1 client found').waitFor();
  },
);
