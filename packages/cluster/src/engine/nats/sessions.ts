import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isPassing, type JetStream, NANO, type NatsHeaders } from './jetstream.js';
import { digest } from './names.js';
import { StreamWriter } from './stream-writer.js';
import { AT_ONCE, bytesOf, type StoredMessage, type Streams, unlessOutrun } from './streams.js';

/** A session as it is stored. */
interface Kept {
  readonly sequence: number;
  readonly session: Buffer;
  /** Time (ms) for which it is good. */
  readonly time: number;
  /** When it was stored, by the clock of the broker (ms since 1970). */
  readonly at: number;
}

const STREAM = 'sio-kept';
const LAST_OF_SUBJECT = 'Nats-Expected-Last-Subject-Sequence';
/** Names who has taken a session, in the message that stands for it. */
const TAKER = 'Sio-Taker';
const NO_BYTES = Buffer.alloc(0);
const TIME_BYTES = 6;
/** Time (ms) between two attempts to take a session. */
const PAUSE = 100;

/** Sessions are the last messages of their subjects, in one stream. An empty one stands for a session that is taken or dropped. */
export class NatsSessions {
  readonly #jetStream: JetStream;
  readonly #streams: Streams;
  /** A session that is written again replaces itself. */
  readonly #writer: StreamWriter<number>;
  /** Time (ms) that sessions have in the stream; 0 where it is not known to be there. */
  #keptFor = 0;

  constructor(jetStream: JetStream, streams: Streams) {
    this.#jetStream = jetStream;
    this.#streams = streams;
    this.#writer = new StreamWriter(jetStream, {
      prepare: (time) => (time <= this.#keptFor ? undefined : this.#make(time)),
      forget: () => {
        this.#keptFor = 0;
      },
      probe: async () => (await streams.info(STREAM)).state.last_seq,
    });
  }

  /** Sessions stay for the longest time that was asked for. */
  async #make(time: number): Promise<void> {
    const max_age = Math.ceil(time) * NANO;
    const config = { ...this.#streams.config(STREAM, 'sio.kept.*'), max_age, max_msgs: -1, max_msgs_per_subject: 1 };
    const info = await this.#streams.create(config, (there) => (there.config.max_age < max_age ? config : undefined));
    this.#keptFor = info.config.max_age / NANO;
  }

  keep(key: string, session: Buffer, time: number): Promise<unknown> {
    return this.#writer.write(time, subjectOf(key), timed(session, time));
  }

  drop(key: string): Promise<unknown> {
    return this.#writer.write(0, subjectOf(key), NO_BYTES);
  }

  async renew(keys: readonly string[], time: number): Promise<void> {
    for (let n = 0; n < keys.length; n += AT_ONCE) {
      await Promise.all(keys.slice(n, n + AT_ONCE).map((key) => this.#renew(key, time)));
    }
  }

  async #renew(key: string, time: number): Promise<void> {
    const kept = this.#read(await this.#last(key));
    if (kept === undefined) return;
    if (time > this.#keptFor) await this.#make(time);
    const headers = { [LAST_OF_SUBJECT]: String(kept.sequence) };
    await this.#jetStream.publishOnce(subjectOf(key), timed(kept.session, time), headers).catch(unlessOutrun);
  }

  async take(key: string): Promise<Buffer | undefined> {
    const taker = randomUUID();
    const until = performance.now() + this.#jetStream.patience;
    let kept: Kept | undefined;
    for (;;) {
      const last = await this.#last(key);
      // The answer to an attempt before was lost.
      if (kept !== undefined && isOf(last, taker)) break;
      kept = this.#read(last);
      if (kept === undefined) return undefined;
      try {
        await this.#replace(key, kept, taker);
        break;
      } catch (error) {
        if (!isPassing(error) || performance.now() >= until) {
          unlessOutrun(error);
          return undefined;
        }
      }
      await pause(PAUSE, undefined, { ref: false });
    }
    // Both times are the broker's.
    const { state } = await this.#streams.info(STREAM);
    return Date.parse(state.last_ts) - kept.at < kept.time ? kept.session : undefined;
  }

  #replace(key: string, { sequence }: Kept, taker: string): Promise<unknown> {
    const headers: NatsHeaders = { [LAST_OF_SUBJECT]: String(sequence), [TAKER]: taker };
    return this.#jetStream.publish(subjectOf(key), NO_BYTES, headers);
  }

  #last(key: string): Promise<StoredMessage | undefined> {
    return this.#streams.get(STREAM, { last_by_subj: subjectOf(key) });
  }

  #read(message: StoredMessage | undefined): Kept | undefined {
    const bytes = bytesOf(message);
    if (message === undefined || bytes.length === 0) return undefined;
    const time = bytes.readUIntBE(0, TIME_BYTES);
    return { sequence: message.seq, session: bytes.subarray(TIME_BYTES), time, at: Date.parse(message.time) };
  }
}

function isOf(message: StoredMessage | undefined, taker: string): boolean {
  return Buffer.from(message?.hdrs ?? '', 'base64').includes(taker);
}

function timed(session: Buffer, time: number): Buffer {
  const bytes = Buffer.allocUnsafe(TIME_BYTES + session.length);
  bytes.writeUIntBE(Math.ceil(time), 0, TIME_BYTES);
  session.copy(bytes, TIME_BYTES);
  return bytes;
}

function subjectOf(key: string): string {
  return `sio.kept.${digest(key)}`;
}
