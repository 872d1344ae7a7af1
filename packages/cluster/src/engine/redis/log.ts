import type { EngineLog, LogEntry, LogPart, Retention } from '../log.js';
import { positionOf as placeOf } from '../position.js';
import { type RedisCommand, RedisHistories } from './histories.js';
import { PLAIN_KEYS, type RedisKeys } from './keys.js';

/** Begins what is published with a position; other messages begin with their kind, a small number. */
const POSITIONED = 0x4c;
/** The same for a place among the histories of rooms, which stands before a position. */
const PLACED = 0x48;
const MS = 9;
const SEQUENCE = 5;
const POSITION = MS + SEQUENCE;
const PAGE = 1000;

/** Entry, then the same to each topic. */
const APPEND = `local id = redis.call('XADD', KEYS[1], '*', 'f', ARGV[1])
local message = 'L' .. id .. ' ' .. ARGV[1]
for n = 2, #ARGV do redis.call('PUBLISH', ARGV[n], message) end`;

/** Drops what is old; for what is too much, the last position that is dropped is noted. Then publishes the last position. */
const MARK = `local time = redis.call('TIME')
local log, meta, keep = KEYS[1], KEYS[2], tonumber(ARGV[3])
local id = '0-0'
if redis.call('EXISTS', log) == 1 then
  redis.call('XTRIM', log, 'MINID', '~', string.format('%.0f', tonumber(time[1]) * 1000 - keep))
  local surplus = redis.call('XLEN', log) - tonumber(ARGV[4])
  if surplus > 0 then
    local dropped = redis.call('XRANGE', log, '-', '+', 'COUNT', surplus)
    redis.call('SET', meta, dropped[#dropped][1])
    redis.call('XTRIM', log, 'MAXLEN', ARGV[4])
  end
  local info = redis.call('XINFO', 'STREAM', log)
  for n = 1, #info, 2 do if info[n] == 'last-generated-id' then id = info[n + 1] end end
  redis.call('PEXPIRE', log, keep * 2)
  redis.call('PEXPIRE', meta, keep * 2)
end
redis.call('PUBLISH', ARGV[1], 'L' .. id .. ' ' .. ARGV[2])
return string.match(redis.call('INFO', 'server'), 'run_id:(%x%x%x%x%x%x)')`;

const STATE = `return { string.match(redis.call('INFO', 'server'), 'run_id:(%x%x%x%x%x%x)'), redis.call('GET', KEYS[1]) or '0-0' }`;

/** The message, with its position and its place, if it has them. */
export function positioned(payload: Buffer): { payload: Buffer; position?: string; place?: string } {
  if (payload[0] === PLACED) {
    const space = payload.indexOf(0x20);
    return { ...positioned(payload.subarray(space + 1)), place: placeOf(payload.toString('latin1', 1, space)) };
  }
  if (payload[0] !== POSITIONED) return { payload };
  const space = payload.indexOf(0x20);
  return { position: positionOf(payload.toString('latin1', 1, space)), payload: payload.subarray(space + 1) };
}

/** Texts of equal length can be compared. */
function positionOf(id: string): string {
  const [ms, sequence] = id.split('-') as [string, string];
  return Number(ms).toString(36).padStart(MS, '0') + Number(sequence).toString(36).padStart(SEQUENCE, '0');
}

function idOf(position: string): string {
  return `${Number.parseInt(position.slice(0, MS), 36)}-${Number.parseInt(position.slice(MS, POSITION), 36)}`;
}

/** Logs are streams, sessions are keys. */
export class RedisLog implements EngineLog {
  readonly #command: RedisCommand;
  readonly #keys: RedisKeys;
  readonly histories: RedisHistories;

  constructor(command: RedisCommand, keys: RedisKeys = PLAIN_KEYS) {
    this.#command = command;
    this.#keys = keys;
    this.histories = new RedisHistories(command, keys);
  }

  append(log: string, topics: readonly string[], payload: Buffer): Promise<unknown> {
    return this.#command(['EVAL', APPEND, '1', this.#keys.of(log), payload, ...topics]);
  }

  async mark(log: string, topic: string, payload: Buffer, { time, entries }: Retention): Promise<string> {
    const limits = [String(Math.ceil(time)), String(entries)];
    const key = this.#keys.of(log);
    return String(await this.#command(['EVAL', MARK, '2', key, metaOf(key), topic, payload, ...limits]));
  }

  async read(log: string, after: string, upTo: string): Promise<LogPart> {
    const key = this.#keys.of(log);
    const entries: LogEntry[] = [];
    for (let from = idOf(after); ; ) {
      const range = ['XRANGE', key, `(${from}`, idOf(upTo), 'COUNT', String(PAGE)];
      const page = (await this.#command(range)) as [Buffer, [Buffer, Buffer]][];
      for (const [id, [, payload]] of page) entries.push({ position: positionOf(String(id)), payload });
      if (page.length < PAGE) break;
      from = String(page.at(-1)?.[0]);
    }
    // Afterwards: entries may have been dropped meanwhile.
    const [epoch, dropped] = (await this.#command(['EVAL', STATE, '1', metaOf(key)])) as [Buffer, Buffer];
    return { epoch: String(epoch), dropped: positionOf(String(dropped)), entries };
  }

  keep(key: string, session: Buffer, time: number): Promise<unknown> {
    return this.#command(['SET', this.#keys.of(key), session, 'PX', String(Math.ceil(time))]);
  }

  renew(keys: readonly string[], time: number): Promise<unknown> {
    return Promise.all(keys.map((key) => this.#command(['PEXPIRE', this.#keys.of(key), String(Math.ceil(time))])));
  }

  async take(key: string): Promise<Buffer | undefined> {
    return ((await this.#command(['GETDEL', this.#keys.of(key)])) as Buffer | null) ?? undefined;
  }

  drop(key: string): Promise<unknown> {
    return this.#command(['DEL', this.#keys.of(key)]);
  }
}

/** Both are in one hash slot. */
function metaOf(log: string): string {
  return `${log}:dropped`;
}
