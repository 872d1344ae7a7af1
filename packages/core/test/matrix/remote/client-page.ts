import { type ConnectOptions, legacyOptions, modernOptions, type PageVersion } from '@sio/test-kit';
import type { Page } from 'playwright-core';
import type { News, Order } from './orders.js';
import { pageAgent } from './page-agent.js';
import { EVENTS, RemoteClients } from './remote-client.js';

/** A page with a client's own bundle in it. */
export class ClientPage extends RemoteClients {
  readonly #page: Page;
  readonly #old: boolean;

  private constructor(page: Page, version: PageVersion) {
    super(version);
    this.#page = page;
    this.#old = version.startsWith('0.');
  }

  /** @param url of a page that loads the bundle. */
  static async open(page: Page, url: string, version: PageVersion): Promise<ClientPage> {
    const opened = new ClientPage(page, version);
    await page.exposeFunction('tell', (news: News[]) => opened.hear(news));
    await page.goto(url);
    await page.evaluate(pageAgent, { events: EVENTS, old: opened.#old });
    return opened;
  }

  protected override prepare(url: string, options: ConnectOptions) {
    return this.#old ? legacyOptions(url, options) : { url, options: modernOptions(this.version, options) };
  }

  protected override carryOut(orders: readonly Order[]): Promise<unknown> {
    return this.#page.evaluate(
      (all) => (globalThis as unknown as { follow(all: unknown): void }).follow(all),
      orders as Order[],
    );
  }

  close(): Promise<void> {
    return this.#page.close();
  }
}
