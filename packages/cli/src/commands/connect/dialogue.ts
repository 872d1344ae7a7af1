import { createInterface, type Interface } from 'node:readline';
import type { Answer, Client, ClientEvents } from '../../client/client.js';
import { open } from '../../client/open.js';
import type { Context } from '../../context.js';
import { Failure } from '../../failure.js';
import type { Target } from '../../target.js';
import { jsonOf, plain, wordsOf } from '../../values.js';
import { fileOrValue } from '../emit.js';
import type { KnownEvent } from './asyncapi-events.js';

const HELP = `say "hello" {"to": "Ada"}   sends the event say with two arguments
?say "hello"                sends it and waits for the acknowledgement
.answer "yes"               answers the oldest event that waits for an acknowledgement
.wait said                  waits until the event said comes
.events                     lists the known events
.status                     tells the connection
.disconnect  .connect       ends the connection, opens a new one
.quit                       ends the program, as ctrl-D does
An argument is JSON where it parses, else text; @file sends the bytes of a file.`;

const COMMANDS = ['.answer', '.connect', '.disconnect', '.events', '.help', '.quit', '.status', '.wait'];

/** The prompt of `sio connect`. */
export class Dialogue implements ClientEvents {
  readonly #context: Context;
  readonly #target: Target;
  readonly #known: ReadonlyMap<string, KnownEvent>;
  /** Names of sent and received events, apart from those of the document. */
  readonly #met = new Set<string>();
  /** Events that wait for an answer. */
  readonly #open: { readonly name: string; readonly answer: Answer }[] = [];
  #awaited: { readonly name: string; resolve(): void } | undefined;
  /** Names of events that came and that no `.wait` has asked for. */
  readonly #news = new Set<string>();
  #client: Client | undefined;
  #lines: Interface | undefined;
  #exitCode = 0;
  #isOver = false;

  constructor(context: Context, target: Target, known: readonly KnownEvent[]) {
    this.#context = context;
    this.#target = target;
    this.#known = new Map(known.map((event) => [event.name, event]));
  }

  event(name: string, args: readonly unknown[], answer: Answer | undefined): void {
    this.#context.output.value({ event: name, args, ...(answer !== undefined && { wantsAnswer: true }) });
    const { green, dim } = this.#context.output.colors;
    const wish = answer === undefined ? '' : dim('  (waits for .answer)');
    this.#print(`${green('<')} ${plain(name)} ${args.map(jsonOf).join(' ')}${wish}`);
    if (answer !== undefined) this.#open.push({ name, answer });
    if (this.#awaited?.name === name) this.#awaited.resolve();
    else this.#news.add(name);
  }

  close(reason: string): void {
    this.#client = undefined;
    this.#open.length = 0;
    if (this.#isOver) return;
    this.#context.output.value({ disconnected: reason });
    this.#print(`disconnected: ${plain(reason)}; .connect opens a new connection`);
  }

  /** Reads lines until the end of the input. @returns the exit code */
  async run(client: Client): Promise<number> {
    const { output, stop } = this.#context;
    this.#client = client;
    const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true && !output.json;
    const lines = createInterface({
      input: process.stdin,
      ...(terminal && { output: process.stdout, completer: (line: string) => this.#complete(line) }),
      terminal,
      prompt: `${this.#target.namespace}> `,
    });
    this.#lines = lines;
    lines.once('close', () => {
      this.#lines = undefined;
    });
    this.#connected(client);
    if (terminal) lines.on('SIGINT', () => lines.close());
    stop.addEventListener('abort', () => lines.close());
    if (stop.aborted) lines.close();
    else if (terminal) lines.prompt();
    for await (const line of lines) {
      try {
        if (!(await this.#handle(line.trim()))) break;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        output.failure(error);
        // A script must learn that something went wrong.
        if (!terminal) this.#exitCode = 1;
      }
      if (terminal) this.#lines?.prompt();
    }
    lines.close();
    this.#isOver = true;
    await this.#client?.close();
    return this.#exitCode;
  }

  /** @returns whether to go on */
  async #handle(line: string): Promise<boolean> {
    if (line === '') return true;
    const [first = '', ...rest] = wordsOf(line);
    if (first === '.quit' || first === '.exit') return false;
    if (first.startsWith('.')) await this.#command(first, rest);
    else if (first === '?' || first.startsWith('?')) {
      const [name = '', ...args] = first === '?' ? rest : [first.slice(1), ...rest];
      await this.#call(name, args);
    } else this.#connection().send(this.#meet(first), rest.map(fileOrValue));
    return true;
  }

  async #command(name: string, words: readonly string[]): Promise<void> {
    const { output } = this.#context;
    if (name === '.help') this.#print(HELP);
    else if (name === '.events') this.#listEvents();
    else if (name === '.status') this.#status();
    else if (name === '.answer') this.#answer(words);
    else if (name === '.wait') await this.#wait(words[0]);
    else if (name === '.disconnect') await this.#client?.close();
    else if (name === '.connect') {
      await this.#client?.close();
      this.#client = await open(this.#target, this);
      this.#connected(this.#client);
    } else {
      throw new Failure('usage', `${name} is no command.`, '.help lists them; quote an event that begins with a dot.');
    }
    output.value({ command: name });
  }

  async #call(name: string, words: readonly string[]): Promise<void> {
    if (name === '') throw new Failure('usage', 'The name of an event is missing.', 'Write ?name arguments.');
    const { output } = this.#context;
    const ack = await this.#connection().call(this.#meet(name), words.map(fileOrValue), this.#target.timeout);
    output.value({ ack: name, args: ack });
    this.#print(`${output.colors.cyan('=')} ${ack.map(jsonOf).join(' ')}`);
  }

  #answer(words: readonly string[]): void {
    const next = this.#open.shift();
    if (next === undefined) throw new Failure('usage', 'No event waits for an answer.');
    next.answer(...words.map(fileOrValue));
  }

  async #wait(name: string | undefined): Promise<void> {
    if (name === undefined) throw new Failure('usage', 'The name of an event is missing.', 'Write .wait name.');
    // It may have arrived while the last event was sent.
    if (this.#news.delete(name)) return;
    const { timeout, origin } = this.#target;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      this.#awaited = { name, resolve };
      timer = setTimeout(
        () => reject(new Failure('timeout', `${origin} does not send ${name} within ${timeout} ms.`)),
        timeout,
      );
    }).finally(() => {
      this.#awaited = undefined;
      clearTimeout(timer);
    });
  }

  #connected(client: Client): void {
    const { origin, namespace } = this.#target;
    const { id, transport } = client;
    this.#context.output.value({ connected: namespace, transport, ...(id !== undefined && { id }) });
    this.#print(`connected to ${origin}${namespace} over ${transport}${id === undefined ? '' : `, id ${plain(id)}`}`);
  }

  #status(): void {
    if (this.#client !== undefined) this.#connected(this.#client);
    else this.#print('not connected');
  }

  #listEvents(): void {
    const { output } = this.#context;
    const names = this.#names();
    output.value({ events: names });
    const describe = (name: string) => {
      const { summary, hasReply = false } = this.#known.get(name) ?? {};
      return `${name}${hasReply ? '  (is acknowledged)' : ''}${summary === undefined ? '' : `  ${plain(summary)}`}`;
    };
    this.#print(
      names.length === 0 ? 'none yet; --asyncapi reads them from a document' : names.map(describe).join('\n'),
    );
  }

  #names(): string[] {
    return [...new Set([...this.#known.keys(), ...this.#met])].sort();
  }

  #meet(word: string): string {
    const value = fileOrValue(word);
    const name = typeof value === 'string' ? value : word;
    this.#met.add(name);
    return name;
  }

  #complete(line: string): [string[], string] {
    const prefix = line.startsWith('?') ? '?' : '';
    const word = line.slice(prefix.length);
    if (/\s/.test(word)) return [[], line];
    const all = prefix === '' && word.startsWith('.') ? COMMANDS : this.#names().map((name) => prefix + name);
    const fitting = all.filter((each) => each.startsWith(line));
    return [fitting.map((each) => `${each} `), line];
  }

  #connection(): Client {
    if (this.#client !== undefined) return this.#client;
    throw new Failure('disconnected', 'There is no connection.', 'Open a new one with .connect.');
  }

  /** Above the line that is being typed. */
  #print(text: string): void {
    const { output } = this.#context;
    if (this.#lines?.terminal === true) process.stdout.write('\r\u001b[K');
    output.line(text);
    if (this.#lines?.terminal === true) this.#lines.prompt(true);
  }
}
