import { type Browser, chromium } from 'playwright-core';
import { service } from './services.js';

/** Where Chromium is; undefined where it is not installed, see {@link service}. */
export const chromiumPath = service('chromium');

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium without a window, with more arguments than the usual ones. Close it when the tests are over. */
export function launchBrowser(...more: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath!, args: [...ARGS, ...more] });
}
