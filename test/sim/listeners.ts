/**
 * Readers of the announcements of a simulated reaper: each reads the retained log at its own pace with the reader's place of the shell,
 * stalls, dies with what it has not dealt with, and comes back to its place, or without it. Nobody waits for them.
 */
import type { Announcement } from '../../core/index.ts'
import { type Cursor, cursorAt, type Gap, turnPage } from '../../shell/listeners/cursor.ts'
import type { Clock } from './clock.ts'
import type { Checker } from './hooks.ts'
import type { Plan } from './plan.ts'
import type { Random } from './random.ts'

export interface ListenersEnv {
  readonly clock: Clock
  readonly random: Random
  readonly plan: Plan
  readonly calmAt: number
  readonly hooks: () => Required<Checker>
}

interface Reader {
  readonly name: string
  /** Raised when it dies: what was planned for it before means nothing then. */
  session: number
  cursor: Cursor
  /** Read from the log, and not dealt with yet. */
  items: ReadonlyArray<Announcement | Gap>
  /** Number of the first announcement that it has not dealt with; it writes that down itself. */
  place: number | undefined
  waits: boolean
}

/** Announcements that are read at once. */
const pageSize = 4

/** What the listeners see of the world: rows that are durable, what is released, and the death of the process that serves them. */
export const createListeners = ({ clock, random, plan, calmAt, hooks }: ListenersEnv): Checker => {
  const { faults } = plan
  const rolls = (probability: number): boolean => clock.now() < calmAt && random.chance(probability)
  let kept: ReadonlyArray<Announcement> = []
  let dropped = 0
  const readers = Array.from({ length: plan.listeners }, (_, place): Reader => ({
    name: `listener-${place + 1}`,
    session: 0,
    cursor: cursorAt(1),
    items: [],
    place: 1,
    waits: false,
  }))

  const soon = (reader: Reader, ms: number, act: (reader: Reader) => void): void => {
    const { session } = reader
    clock.after(ms, () => {
      if (session === reader.session) act(reader)
    })
  }
  const open = (reader: Reader): void => {
    reader.cursor = cursorAt(reader.place)
    hooks().listening(reader.name, reader.place)
    work(reader)
  }
  const end = (reader: Reader): void => {
    reader.session += 1
    reader.items = []
    reader.waits = false
  }
  const work = (reader: Reader): void => {
    if (reader.items.length === 0) {
      hooks().paged(reader.name)
      const announcements = kept.filter(({ seq }) => seq >= reader.cursor.next).slice(0, pageSize)
      const [behind, items] = turnPage(reader.cursor, { announcements, dropped })
      reader.cursor = behind
      reader.items = items
    }
    const [item, ...rest] = reader.items
    reader.waits = item === undefined
    if (item === undefined) return
    reader.items = rest
    hooks().heard(reader.name, item)
    if (rolls(faults.listenerDies)) {
      end(reader)
      if (rolls(0.2)) reader.place = undefined
      return soon(reader, random.delay(500, 20_000, 0.5), open)
    }
    if (item._tag === 'Announcement') reader.place = item.seq + 1
    soon(reader, rolls(faults.listenerStalls) ? random.int(1_000, 30_000) : random.int(0, 20), work)
  }

  return {
    durable: (records) => {
      const said = records.filter((record): record is Announcement => record._tag === 'Announcement')
      if (said.length === 0) return
      const all = [...kept, ...said]
      kept = all.slice(-plan.keep)
      dropped = all.at(-plan.keep - 1)?.seq ?? dropped
      hooks().dropped(dropped)
    },
    released: (_, how) => {
      if (how !== 'EmitContainerEvent') return
      for (const reader of readers) {
        if (!reader.waits) continue
        reader.waits = false
        soon(reader, random.int(0, 3), work)
      }
    },
    crashed: () => {
      for (const reader of readers) end(reader)
    },
    resumed: () => {
      for (const reader of readers) soon(reader, random.int(0, 3_000), open)
    },
  }
}
