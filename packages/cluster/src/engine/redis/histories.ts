import type { EngineHistories, HistorySnapshot, HistoryTarget } from '../log.js';
import { earlier, entryAt, positionOf } from '../position.js';
import type { RedisArgs } from './clients.js';
import type { RedisKeys } from './keys.js';

/** Sends a command. Answers have buffers in place of texts. */
export type RedisCommand = (args: RedisArgs) => Promise<unknown>;

/** The next place: the time in microseconds, and later than the one before. */
const CLOCK = `local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
local place = string.format('%.0f', math.max(now, last + 1))
redis.call('SET', KEYS[1], place)`;

/** Entry in each history, whose oldest go for their number, their bytes and their age; entry in a log; message. */
const RECORD = `${CLOCK}
local payload, count = ARGV[1], tonumber(ARGV[2])
for n = 1, count do
  local history, meta = KEYS[2 * n], KEYS[2 * n + 1]
  local keep, most, bytes = tonumber(ARGV[3 * n]), tonumber(ARGV[3 * n + 1]), tonumber(ARGV[3 * n + 2])
  redis.call('XADD', history, place .. '-0', 'f', payload)
  local has = redis.call('HINCRBY', meta, 'bytes', #payload)
  local length = redis.call('XLEN', history)
  while length > 0 do
    local first = redis.call('XRANGE', history, '-', '+', 'COUNT', 1)[1]
    local at = tonumber(string.match(first[1], '^%d+'))
    if length <= most and has <= bytes and at > now - keep * 1000 then break end
    redis.call('XDEL', history, first[1])
    redis.call('HSET', meta, 'dropped', string.format('%.0f', at))
    has = redis.call('HINCRBY', meta, 'bytes', -#first[2][2])
    length = length - 1
  end
  redis.call('PEXPIRE', history, keep)
  redis.call('PEXPIRE', meta, keep)
end
local message = 'H' .. place .. ' '
local topics = 3 * count + 3
if ARGV[topics] == 'log' then
  message = message .. 'L' .. redis.call('XADD', KEYS[2 * count + 2], '*', 'f', payload) .. ' '
end
message = message .. payload
for n = topics + 1, #ARGV do redis.call('PUBLISH', ARGV[n], message) end`;

/** The last entries, and a message behind them. */
const SNAPSHOT = `${CLOCK}
local oldest = string.format('%.0f', now - tonumber(ARGV[4]) * 1000)
local entries = {}
if tonumber(ARGV[3]) > 0 then entries = redis.call('XREVRANGE', KEYS[2], '+', oldest, 'COUNT', ARGV[3]) end
redis.call('PUBLISH', ARGV[1], 'H' .. place .. ' ' .. ARGV[2])
local dropped = redis.call('HGET', KEYS[3], 'dropped') or ''
return { string.match(redis.call('INFO', 'server'), 'run_id:(%x%x%x%x%x%x)'), dropped, entries, place }`;

/** Histories are streams. */
export class RedisHistories implements EngineHistories {
  readonly #command: RedisCommand;
  readonly #keys: RedisKeys;

  constructor(command: RedisCommand, keys: RedisKeys) {
    this.#command = command;
    this.#keys = keys;
  }

  record(
    histories: readonly HistoryTarget[],
    log: string,
    isLogged: boolean,
    topics: readonly string[],
    payload: Buffer,
  ): Promise<unknown> {
    const names = histories.map(({ history }) => this.#keys.of(history));
    const keys = [this.#keys.clock, ...names.flatMap((name) => [name, metaOf(name)])];
    if (isLogged) keys.push(this.#keys.of(log));
    const limits = histories.flatMap(({ time, entries, bytes }) => [String(time), String(entries), String(bytes)]);
    const kind = isLogged ? 'log' : 'none';
    const count = String(histories.length);
    return this.#command(['EVAL', RECORD, String(keys.length), ...keys, payload, count, ...limits, kind, ...topics]);
  }

  async snapshot(
    { history, time }: HistoryTarget,
    _log: string,
    count: number,
    topic: string,
    payload: Buffer,
  ): Promise<HistorySnapshot> {
    const key = this.#keys.of(history);
    const keys = [this.#keys.clock, key, metaOf(key)];
    const wanted = [String(count), String(time)];
    const answer = await this.#command(['EVAL', SNAPSHOT, '3', ...keys, topic, payload, ...wanted]);
    const [epoch, dropped, entries, place] = answer as [Buffer, Buffer, [Buffer, [Buffer, Buffer]][], Buffer];
    const end = positionOf(String(place));
    return {
      epoch: String(epoch),
      dropped: dropped.length === 0 ? '' : positionOf(String(dropped)),
      oldest: earlier(end, time),
      place: end,
      entries: entries.map(([id, [, entry]]) => entryAt(String(id).split('-')[0] as string, entry)).reverse(),
    };
  }
}

function metaOf(history: string): string {
  return `${history}:kept`;
}
