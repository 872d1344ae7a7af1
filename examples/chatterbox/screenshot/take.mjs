// Two people chat. The screenshot of one page is the picture in the README.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const file = fileURLToPath(new URL('../../../docs/chatterbox.png', import.meta.url));
const server = spawn(process.execPath, [fileURLToPath(new URL('../dist/server.js', import.meta.url))], {
  env: { ...process.env, PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await new Promise((resolve) => {
  server.stdout.on('data', (text) => resolve(/http:\S+/.exec(String(text))?.[0]));
});
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});

/** @param {string} name */
async function join(name) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 720 } });
  const page = await context.newPage();
  await page.goto(url);
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Log in' }).click();
  return { page, say: (/** @type {string} */ text) => say(page, text) };
}

/** @param {import('playwright-core').Page} page @param {string} text */
async function say(page, text) {
  await page.getByLabel('Your message').fill(text);
  await page.keyboard.press('Enter');
  await page.getByRole('log').getByText(text, { exact: true }).waitFor();
}

const ann = await join('Ann');
const ben = await join('Ben');
await ann.say('Good morning! Is the new build out?');
await ben.say('Since an hour ago. Polling and WebSocket both look fine.');
await ann.say('Lovely. 😀 I shall tell the others.');
await ben.page.getByLabel('Your message').pressSequentially('By the way');
await ann.page.getByText('Ben is typing').waitFor();
await ann.page.screenshot({ path: file });
await browser.close();
server.kill();
