import { connected } from '@sio/test-kit';
import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { overflowOnPhone, screenshot, startProgram, type Visitor, visit } from '@sio/test-kit/examples';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const start = () => startProgram(new URL('../dist/server.js', import.meta.url));
const sees = ({ page }: Visitor, text: string | RegExp) => page.getByText(text).waitFor();
const play = ({ page }: Visitor, square: number) => page.getByLabel(`Square ${square}: free`).click();

it('each table has a game of its own', async () => {
  const { url, stop } = await start();
  const sit = (player: string, table: string) => connected(`${url}/tic-tac-toe`, { auth: { player, table } });
  const [ann, ben, eve] = [await sit('ann', 'blue'), await sit('ben', 'red'), await sit('eve', 'red')];
  // Both have the first move at their tables, and Eve waits for Ben.
  expect(await ann.emitWithAck('play', 0)).toBeUndefined();
  expect(await eve.emitWithAck('play', 0)).toMatchObject({ error: { name: 'not_your_turn' } });
  expect(await ben.emitWithAck('play', 0)).toBeUndefined();
  expect(await stop()).toBe(0);
});

describe.skipIf(!chromiumPath)('tic-tac-toe in browsers', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('has two players and a spectator, and a player who reconnects keeps the seat', async () => {
    const { url } = await start();
    const ann = await visit(browser, url);
    await sees(ann, /You are X\. Waiting/);
    const ben = await visit(browser, url);
    await sees(ann, 'You are X: your turn.');
    const eve = await visit(browser, url);
    await sees(eve, 'You are watching. It is the turn of X.');
    await sees(ann, 'X here · O here · 1 watching');
    await play(ann, 1);
    await sees(ben, 'You are O: your turn.');
    await play(eve, 5);
    await sees(eve, 'You are watching this game');
    await ben.page.context().setOffline(true);
    await ben.page.goto('about:blank').catch(() => {});
    await sees(ann, 'X here · O away · 1 watching');
    await play(ann, 2);
    await sees(ann, 'It is not your turn');
    await ben.page.context().setOffline(false);
    await ben.page.goto(url);
    await sees(ben, 'You are O: your turn.');
    await sees(ben, 'X here · O here · 1 watching');
    await play(ben, 4);
    await sees(ann, 'You are X: your turn.');
    await play(ann, 2);
    await sees(ben, 'You are O: your turn.');
    await play(ben, 5);
    await sees(ann, 'You are X: your turn.');
    await play(ann, 3);
    await sees(ann, 'You have won!');
    for (const person of [ben, eve]) await sees(person, 'X has won.');
    await screenshot(ann.page, 'tic-tac-toe');
    await ben.page.getByRole('button', { name: 'Play again' }).click();
    await sees(ben, 'You are O: your turn.');
    expect(await overflowOnPhone(ann.page)).toBe(0);
    await ben.page.close();
    await eve.page.getByRole('button', { name: 'Take the free seat' }).click();
    await sees(eve, 'You are O: your turn.');
    await sees(ann, 'X here · O here · 0 watching');
    expect([...ann.problems, ...eve.problems]).toEqual([]);
  });
});
