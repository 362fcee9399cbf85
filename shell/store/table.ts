/**
 * The few things the store asks of LevelDB, so that a test can stand between them and break each one.
 * Knows keys and values as text, never what they say.
 *
 * @module
 */
import { ClassicLevel } from 'classic-level'

export type Op =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'del'; readonly key: string }

export type Entry = readonly [key: string, value: string]

/** An open table of keys and values, in the order of the keys. Whatever fails rejects with the reason. */
export interface Table {
  /** All or nothing, and on disk when it resolves: one write, one fsync. */
  readonly write: (ops: ReadonlyArray<Op>) => Promise<void>
  /** Every entry from key `from` on, a few at a time. */
  readonly entries: (from: string) => AsyncIterable<ReadonlyArray<Entry>>
  readonly getMany: (keys: ReadonlyArray<string>) => Promise<ReadonlyArray<string | undefined>>
  readonly close: () => Promise<void>
}

/** Opens the table in this directory, and makes it if there is none. */
export type OpenTable = (dir: string) => Promise<Table>

const atOnce = 1_000

/** LevelDB's log, and each of the dozen tables that it lets gather before it merges them, are about as large: a quarter of its default, bytes. */
const writeBufferSize = 1_024 * 1_024

/**
 * A table of LevelDB. Without compression, so that one damaged byte costs one row instead of a whole block.
 */
export const openLevel: OpenTable = async (dir) => {
  const level = new ClassicLevel(dir, { keyEncoding: 'utf8', valueEncoding: 'utf8', compression: false, writeBufferSize })
  await level.open()
  return {
    write: (ops) => level.batch([...ops], { sync: true }),
    entries: async function* (from) {
      const iterator = level.iterator({ gte: from })
      try {
        for (;;) {
          const found = await iterator.nextv(atOnce)
          if (found.length === 0) return
          yield found
        }
      } finally {
        await iterator.close()
      }
    },
    getMany: (keys) => level.getMany([...keys]),
    close: () => level.close(),
  }
}

/** Rebuilds what can be rebuilt of a table that does not open any more. */
export const repairLevel = (dir: string): Promise<void> => ClassicLevel.repair(dir)

/** Why something of LevelDB or the file system failed, at its root. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message
}

/** Another process, or another store of this one, has it open. */
export const isLocked = (error: unknown): boolean =>
  error instanceof Error && (('code' in error && error.code === 'LEVEL_LOCKED') || isLocked(error.cause))
