/**
 * `containerd-reaper import`: takes over what containerd's CRI plugin has written down of its containers, before the first start in its
 * place. The files are read and never touched.
 *
 * @module
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { decodeStatusFile, imported, isIdentifier, millis, type ReaperRecord, replayRecords, type RunRecord } from '../../core/index.ts'
import { systemClock } from '../clock.ts'
import { describeError } from '../errors.ts'
import { silentLog } from '../log.ts'
import { reasonOf } from '../store/table.ts'
import { isoOf } from './announcement_fields.ts'
import type { ImportCommand } from './configuration.ts'
import { oneLine } from './one_line.ts'
import { readText } from './read_text.ts'
import { openState } from './run_store.ts'
import type { Streams } from './streams.ts'

export const importStatus = async ({ namespace, stateDir, paths }: ImportCommand, { out, err }: Streams): Promise<number> => {
  const found = paths.flatMap(statusFilesIn)
  const opened = await openState(stateDir, silentLog)
  if (E.isLeft(opened)) {
    err(`${describeError(opened.left)}\n`)
    return 1
  }
  const store = opened.right
  try {
    const loaded = await store.load()()
    if (E.isLeft(loaded)) {
      err(`${describeError(loaded.left)}\n`)
      return 1
    }
    const verdicts = judge(namespace, found, loaded.right)
    const taken = verdicts.flatMap(({ record }) => (record === undefined ? [] : [record]))
    const written = await store.append(taken)()
    if (E.isLeft(written)) {
      err(`${describeError(written.left)}; nothing was imported\n`)
      return 1
    }
    for (const { line } of verdicts) out(`${oneLine(line)}\n`)
    const refused = verdicts.filter(({ isRefused }) => isRefused).length
    out(`${taken.length} imported, ${verdicts.length - taken.length - refused} left alone, ${refused} refused\n`)
    return refused === 0 ? 0 : 1
  } finally {
    await store.close()()
  }
}

/** A status file has some hundred bytes, and a message of the runtime's. */
const mostBytes = 1_048_576

/** A container's status file, or why there is none where one was expected. */
type Found = { readonly path: string } | { readonly refusal: string }

/** A status file itself, the folder of one container, or the folder of them all. */
const statusFilesIn = (path: string): ReadonlyArray<Found> => {
  try {
    if (!statSync(path).isDirectory()) return [{ path }]
    if (existsSync(join(path, 'status'))) return [{ path: join(path, 'status') }]
    const folders = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name))
    const files = folders.sort().map((folder) => join(folder, 'status'))
    return files.some((file) => existsSync(file)) ? files.map((file) => ({ path: file })) : [{
      refusal: `${path}: wanted a status file, the folder of a container or the folder of all containers, found no status file in it`,
    }]
  } catch (error) {
    return [{ refusal: `${path}: ${reasonOf(error)}` }]
  }
}

interface Verdict {
  readonly line: string
  readonly record?: RunRecord
  readonly isRefused?: true
}

const judge = (namespace: string, found: ReadonlyArray<Found>, records: ReadonlyArray<ReaperRecord>): ReadonlyArray<Verdict> => {
  const known = new Set(records.flatMap(namesOf))
  const generation = replayRecords('', records).lastForgotten + 1
  const at = millis(systemClock.now())
  return found.map((file): Verdict => {
    if (!('path' in file)) return { line: `refused ${file.refusal}`, isRefused: true }
    const id = basename(dirname(file.path))
    const who = `${namespace}/${id}`
    const refuse = (why: string): Verdict => ({ line: `refused ${who} (${file.path}): ${why}`, isRefused: true })
    const leave = (why: string): Verdict => ({ line: `left ${who} alone: ${why}` })
    if (!isIdentifier(id)) return refuse('wanted the folder to have the name of a container')
    const text = E.tryCatch(() => readText(file.path, mostBytes), reasonOf)
    if (E.isLeft(text)) return refuse(text.left)
    const status = decodeStatusFile(text.right)
    if (E.isLeft(status)) return refuse(status.left.problems[0] ?? 'it cannot be read')
    if (known.has(who)) return leave('more is known of it')
    known.add(who)
    const run = imported({ namespace, id, generation }, status.right, at)
    return run._tag === 'Nothing' ? leave(run.why) : { line: `imported ${who}: ${inWords(run.record)}`, record: run.record }
  })
}

const namesOf = (record: ReaperRecord): ReadonlyArray<string> => {
  const { namespace, id } = record._tag === 'SandboxRecord' ? record : record.run
  return id === '' ? [] : [`${namespace}/${id}`]
}

const inWords = ({ run, exit }: RunRecord): string =>
  exit === undefined ? `running, with pid ${run.pid}` : `exited with ${exit.code} at ${isoOf(exit.at)}`
