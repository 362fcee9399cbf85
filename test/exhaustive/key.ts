/**
 * The name of a situation: equal for situations that go on in the same ways. Call ids are counted anew for each owner, times are told from
 * now and not beyond what anybody asks about, and what is only for show is left out. A field that this page does not know is taken as it
 * is, so that a new one makes more situations, never fewer.
 */
import type { Effect, Owner } from '../../core/index.ts'
import { entries } from '../../core/index.ts'
import { toArray } from '../../core/queue.ts'
import type { Situation } from '../small_world/situation.ts'
import type { Truth } from '../small_world/truth.ts'

/** For show, or constant: nothing that the machine does depends on it, as long as all delays between attempts are equal. */
const shown: ReadonlySet<string> = new Set([
  'failures',
  'attempts',
  'handlingMs',
  'lastError',
  'message',
  'watchFailures',
  'lastCall',
  'namespace',
  'seenAt',
  'trail',
  'key',
  'container',
])
const callFields: ReadonlySet<string> = new Set(['call', 'watch', 'rewatch', 'deadline', 'probe', 'refresh'])
const timeFields: ReadonlySet<string> = new Set(['checkedAt', 'until', 'since', 'toldAt'])

/** No rule looks further back. */
const longAgoMs = 3_000

interface Writer {
  readonly called: (call: number) => string
  readonly ago: (ms: number) => number
  readonly instant: (value: bigint) => string
}

const textOf = (writer: Writer, value: unknown, field = ''): string => {
  switch (typeof value) {
    case 'string':
      return value
    case 'undefined':
      return '_'
    case 'boolean':
      return value ? 'y' : 'n'
    case 'bigint':
      return field === 'kills' ? String(value) : writer.instant(value)
    case 'number':
      if (callFields.has(field)) return writer.called(value)
      if (timeFields.has(field)) return String(writer.ago(value))
      return field === 'seq' ? '+' : field === 'at' ? '' : String(value)
    case 'object': {
      if (value === null) return '-'
      let text = Array.isArray(value) ? '[' : '{'
      if (Array.isArray(value)) { for (const it of value) text += `${textOf(writer, it)},` }
      else for (const name in value) if (!shown.has(name)) text += `${textOf(writer, value[name as keyof typeof value], name)};`
      return text
    }
    default:
      return ''
  }
}

/** A part that most situations share with the one before, with the names that its calls got. */
interface Part {
  readonly now: number
  readonly text: string
  readonly names: ReadonlyMap<number, number>
}

/** Names situations; what it has named once it names no second time. One namer belongs to one search. */
export const createNamer = (): (s: Situation) => string => {
  const parts = new WeakMap<object, Part>()
  const instants = new Map<bigint, string>()
  const known = new WeakSet<Truth>()
  const learn = (truth: Truth): void => {
    if (known.has(truth)) return
    known.add(truth)
    for (const { key, runs } of truth.containers) {
      for (const { pid, exitedAt } of runs) if (exitedAt !== undefined) instants.set(exitedAt, `${key}${pid}`)
    }
    for (const { key, exitedAt } of truth.sandboxes) if (exitedAt !== undefined) instants.set(exitedAt, key)
  }
  /** Which made-up instant it is, nobody asks. */
  const instant = (value: bigint): string => instants.get(value) ?? 'x'
  const partOf = (value: object, now: number): Part => {
    const before = parts.get(value)
    if (before?.now === now) return before
    const names = new Map<number, number>()
    const writer: Writer = {
      called: (call) => {
        const name = names.get(call) ?? names.size
        names.set(call, name)
        return `#${name}`
      },
      ago: (ms) => Math.min(now - ms, longAgoMs),
      instant,
    }
    const part = { now, text: textOf(writer, value), names }
    parts.set(value, part)
    return part
  }
  const memo = new WeakMap<object, string>()
  const once = <A extends object>(value: A, text: (value: A) => string): string => {
    const before = memo.get(value)
    if (before !== undefined) return before
    const now = text(value)
    memo.set(value, now)
    return now
  }
  /** Without calls and times. */
  const plain: Writer = { called: () => '', ago: () => 0, instant }

  return ({ machine, truth, rows, calls, timers, events, listing, evidence, left, now }) => {
    learn(truth)
    const names = new Map<string, ReadonlyMap<number, number>>()
    let text = ''
    for (const [key, container] of entries(machine.containers)) {
      const part = partOf(container, now)
      names.set(`Container ${key}`, part.names)
      text += `${part.text}|`
    }
    for (const [key, sandbox] of entries(machine.sandboxes)) {
      const part = partOf(sandbox, now)
      names.set(`Sandbox ${key}`, part.names)
      text += `${part.text}|`
    }
    /** What nobody waits for any more has no name: one such call is like the other. */
    const called = (owner: string, call: number): string => `${owner}#${names.get(owner)?.get(call) ?? ''}`
    text += `${machine.lastForgotten}|${machine.slots.inFlight}|`
    for (const [name, queue] of entries(machine.slots.waiting)) text += `${name} ${toArray(queue).join()} `
    for (const { key } of toArray(machine.graves)) text += `grave ${key} `
    text += calls.map(({ effect, view, basis, served }) =>
      `${called(ownerOf(effect), effect.call)}${once(effect, (it) => textOf(plain, it))}${textOf(plain, [view, basis, served])}`
    ).join('|')
    text += timers.map(({ owner, call, due }) => `${called(nameOf(owner), call)}@${due - now}`).sort().join('|')
    text += events.map(({ fact, left: times }) =>
      `${once(fact, (it) => textOf(plain, it))}${'container' in fact ? fact.container : ''}${times}`
    ).sort()
      .join('|')
    for (const container of truth.containers) {
      text += once(container, (it) => textOf(plain, it))
      // Whether an exit that is told now was just now.
      for (const { exitedAt } of container.runs) {
        if (exitedAt !== undefined) text += String(Math.min(now - Number(exitedAt / 1_000_000n), longAgoMs))
      }
    }
    text += textOf(plain, truth.sandboxes) + (listing === undefined ? '' : listing === truth ? '=' : textOf(plain, listing))
    text += evidence.map(({ key, pid, toldAt, runs }) => `${key}${pid}@${Math.min(now - toldAt, longAgoMs)}/${runs}`).join()
    return `${text}|${Object.values(left).join()}|${once(rows, newest(plain))}`
  }
}

const nameOf = ({ _tag, key }: Owner): string => `${_tag} ${key}`

const ownerOf = (effect: Effect): string => {
  if ('owner' in effect) return nameOf(effect.owner)
  if ('container' in effect) return `Container ${effect.container}`
  return 'sandbox' in effect ? `Sandbox ${effect.sandbox}` : ''
}

/** Of a log, what a restart would see: the newest row of each thing, and what was announced. */
const newest = (writer: Writer) => (rows: Situation['rows']): string => {
  const last = new Map<string, string>()
  for (const row of rows) {
    switch (row._tag) {
      case 'RunRecord':
      case 'RunDropped':
        last.set(`run ${row.run.id} ${row.run.generation}`, textOf(writer, row))
        break
      case 'SandboxRecord':
        last.set(`sandbox ${row.id}`, textOf(writer, row.exit))
        break
      case 'Announcement':
        last.set(`${row.type} ${row.run.id} ${row.run.pid} ${row.run.generation}`, `${row.exitCode}${row.reason}`)
    }
  }
  return [...last].map(([name, text]) => name + text).sort().join('|')
}
