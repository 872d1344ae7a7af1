/** Keeps cookies between requests, as a browser does. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  /** Takes what an answer sets. */
  keep(lines: readonly string[] | undefined): void {
    for (const line of lines ?? []) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      if (/expires=Thu, 01 Jan 1970/i.test(line)) this.#cookies.delete(pair.slice(0, at));
      else this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  get header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  get headers(): Record<string, string> {
    return this.#cookies.size === 0 ? {} : { cookie: this.header };
  }

  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(url, { ...init, headers: { ...init.headers, ...this.headers } });
    this.keep(response.headers.getSetCookie());
    return response;
  }

  async text(url: string, init?: RequestInit): Promise<string> {
    return (await this.fetch(url, init)).text();
  }
}
