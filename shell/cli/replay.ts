/**
 * `containerd-reaper replay`: what became of each container, from the records: of a state directory, a store (damaged ones too), or a
 * journal that `replay --json` wrote.
 *
 * @module
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import { decodeRecord, encodeRecord, histories, type History, type ReaperRecord } from '../../core/index.ts'
import { describeError } from '../errors.ts'
import { peekStore } from '../store/peek.ts'
import { rowsIn } from '../store/rows.ts'
import { reasonOf } from '../store/table.ts'
import { isoOf } from './announcement_fields.ts'
import type { ReplayCommand } from './configuration.ts'
import { oneLine } from './one_line.ts'
import { readText } from './read_text.ts'
import { storeIn } from './run_store.ts'
import type { Streams } from './streams.ts'

/** A store keeps 32 MiB of what is over, and beside it what is open. */
const mostBytes = 268_435_456

interface Journal {
  readonly records: ReadonlyArray<ReaperRecord>
  /** A line for a person when not all could be read. */
  readonly warning: string | undefined
}

export const replay = async ({ journal, json }: ReplayCommand, { out, err }: Streams): Promise<number> => {
  const read = await readJournal(journal)
  if (E.isLeft(read)) {
    err(`${read.left}\n`)
    return 1
  }
  const { records, warning } = read.right
  out(json ? records.map((record) => `${JSON.stringify(encodeRecord(record))}\n`).join('') : inWords(histories(records)))
  if (warning === undefined) return 0
  err(`${warning}\n`)
  return 1
}

const readJournal = async (path: string): Promise<E.Either<string, Journal>> => {
  try {
    if (!statSync(path).isDirectory()) return readLines(path, readText(path, mostBytes))
    readdirSync(path) // who may not look into it finds nothing in it, which is another matter
  } catch (error) {
    return E.left(`Cannot read the journal ${path}: ${reasonOf(error)}`)
  }
  const dir = [storeIn(path), path].find((place) => existsSync(rowsIn(place)))
  if (dir === undefined) {
    return E.left(`Cannot read the journal ${path}: wanted a state directory, with a store in it, or a store, found neither`)
  }
  const peeked = await peekStore(dir)()
  if (E.isLeft(peeked)) return E.left(describeError(peeked.left))
  const { records, damage } = peeked.right
  const warning = damage && `The store in ${dir} is damaged, ${damage.lost} of its rows are not told of: ${damage.text}`
  return E.right({ records, warning })
}

/** One record a line, as `--json` writes them. */
const readLines = (path: string, text: string): E.Either<string, Journal> => {
  const records: Array<ReaperRecord> = []
  for (const [place, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const what = `${path}:${place + 1}`
    const json = E.tryCatch((): unknown => JSON.parse(line), () => `Cannot read ${what}: wanted a record as JSON, found something else`)
    if (E.isLeft(json)) return json
    const record = decodeRecord(json.right, what)
    if (E.isLeft(record)) return E.left(record.left.problems[0] ?? `Cannot read ${what}`)
    records.push(record.right)
  }
  return E.right({ records, warning: undefined })
}

/** A paragraph a run. */
const inWords = (all: ReadonlyArray<History>): string => all.length === 0 ? 'No exits are recorded.\n' : all.map(paragraph).join('\n')

const paragraph = ({ run, kind, exit, standing, happenings }: History): string => {
  const who = kind === 'sandbox' ? 'sandbox' : `${run.pid === 0 ? 'pid unknown' : `pid ${run.pid}`}, run ${run.generation}`
  const head = `${oneLine(`${run.namespace}/${run.id}`)}  ${who}: ${exit === undefined ? standing : `exit ${exit.code}, ${standing}`}\n`
  const times = happenings.map(({ at }) => isoOf(at))
  return head + happenings.map(({ what }, place) => `  ${(times[place] ?? '').padEnd(30)}  ${oneLine(what)}\n`).join('')
}
