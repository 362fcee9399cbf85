/**
 * What the reaper says while it runs: as JSON lines or as lines for a person, on pino. Callers know messages and fields, never where
 * the lines go; the sinks (log_sink.ts) know that.
 *
 * @module
 */
import { pino } from 'pino'
import { prettyFactory } from 'pino-pretty'
import type { Clock } from './clock.ts'

/** What a line says besides its message. Bigints are written as decimal strings, for JSON's numbers end at 2^53. */
export type Fields = Readonly<Record<string, unknown>>

export interface Log {
  readonly debug: (msg: string, fields?: Fields) => void
  readonly info: (msg: string, fields?: Fields) => void
  readonly warn: (msg: string, fields?: Fields) => void
  readonly error: (msg: string, fields?: Fields) => void
  /** What the user asked to see, as `container stopped`: level info, but always on standard output. */
  readonly result: (msg: string, fields?: Fields) => void
}

export type Level = 'debug' | 'info' | 'warn' | 'error'

/** Takes finished lines, newline included. */
export interface Sink {
  readonly write: (line: string) => void
}

export interface LogOptions {
  /** `json`: one object a line, all on `out`. `pretty`: results on `out`, the rest on `err`. */
  readonly format: 'json' | 'pretty'
  /** The least level that is written; results always are. */
  readonly level: Level
  readonly clock: Clock
  readonly out: Sink
  readonly err: Sink
}

/**
 * A log on two sinks. A JSON line holds `level`, `time` (ISO 8601) and `msg` first, then the fields.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { makeLog, systemClock } from 'containerd-reaper/shell'
 *
 * const lines: Array<string> = []
 * const sink = { write: (line: string) => void lines.push(line) }
 * makeLog({ format: 'json', level: 'info', clock: systemClock, out: sink, err: sink }).info('container stopped', { exitCode: 137 })
 * assert.equal(JSON.parse(lines[0] ?? '').exitCode, 137)
 * ```
 */
export const makeLog = ({ format, level, clock, out, err }: LogOptions): Log => {
  const base = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const results = pino({ ...base, level: 'info' }, format === 'json' ? out : prettily(out))
  const rest = pino(base, format === 'json' ? out : prettily(err))
  // The message goes in as a field, which puts it before the others.
  const line = (msg: string, fields: Fields = {}): object => ({ msg, ...Object.fromEntries(Object.entries(fields).map(readable)) })
  return {
    debug: (msg, fields) => rest.debug(line(msg, fields)),
    info: (msg, fields) => rest.info(line(msg, fields)),
    warn: (msg, fields) => rest.warn(line(msg, fields)),
    error: (msg, fields) => rest.error(line(msg, fields)),
    result: (msg, fields) => results.info(line(msg, fields)),
  }
}

/** Says nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  result: () => undefined,
}

const readable = ([name, value]: readonly [string, unknown]): readonly [string, unknown] => [name, plain(value)]

/** What JSON cannot hold, or holds as `{}`, as text. */
const plain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Error) return value.message
  if (typeof value !== 'object' || value === null) return value
  return JSON.parse(JSON.stringify(value, (_, inner: unknown) => typeof inner === 'bigint' ? inner.toString() : inner)) as unknown
}

/** `12:31:05.123 INFO: container stopped  namespace=ci id=web-1 exitCode=137`, in the time of the place. */
const prettily = (sink: Sink): Sink => {
  const pretty = prettyFactory({
    colorize: false,
    translateTime: 'SYS:HH:MM:ss.l',
    hideObject: true,
    ignore: 'pid,hostname,name,caller', // fields of ours, which pino-pretty takes for the process's own and puts in front
    messageFormat: ({ level: _level, time: _time, msg, ...fields }) => [String(msg), ...Object.entries(fields).map(pair)].join('  '),
  })
  return { write: (line) => sink.write(pretty(line)) }
}

/** Values that are more than one plain word are quoted, which also keeps a container's control characters from the terminal. */
const pair = ([name, value]: readonly [string, unknown]): string =>
  `${name}=${typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) ? value : JSON.stringify(value)}`
