/**
 * What a row of the log says of a run, in the words in which a person would tell it.
 *
 * @module
 */
import { count, quoted } from '../describe/words.ts'
import type { Exit } from '../exit.ts'
import { type Nanos, toNanos } from '../ids.ts'
import type { Announcement, RunRecord, TrailStep } from '../record.ts'

export interface Happening {
  readonly at: Nanos
  readonly what: string
}

export const ofExit = ({ at, code, rank }: Exit): Happening => ({ at, what: endInWords(code, rank) })

const endInWords = (code: number, rank: Exit['rank']): string => {
  if (rank === 'observed') return `exited with ${code}`
  return rank === 'inferred' ? `gone, and nobody saw how: ${code}` : `lost with its shim: containerd made ${code} up`
}

export const ofRow = (row: RunRecord, before: RunRecord | undefined): ReadonlyArray<Happening> => {
  const at = toNanos(row.at)
  return [
    ...(row.exit === undefined && before === undefined && !row.oomKilled ? [{ at, what: `seen to run, with pid ${row.run.pid}` }] : []),
    ...(row.oomKilled && before?.oomKilled !== true ? [{ at, what: 'the kernel killed for want of memory' }] : []),
    ...(row.standing === 'closed' && before?.standing === 'announced' ? [{ at, what: 'nothing is left of its shim' }] : []),
    // Rows that were written before there were trails tell of the last failure only.
    ...(row.trail === undefined && row.lastError !== undefined && before?.lastError !== row.lastError
      ? [{ at, what: `failed: ${quoted(row.lastError)}` }]
      : []),
  ]
}

export const ofTrailStep = ({ what, at, error }: TrailStep): Happening => ({ at: toNanos(at), what: words[what](error) })

const words: Readonly<Record<TrailStep['what'], (error: string | undefined) => string>> = {
  count: () => 'OOM kills are counted',
  write: () => 'the exit is written down',
  look: () => 'the task is looked at',
  notify: () => 'NRI plugins are told',
  kill: () => 'what is left of it is killed',
  drain: () => 'its output is waited for',
  delete: () => 'the task is deleted',
  clean: () => 'its shim is shut down',
  fail: (error) => `failed: ${quoted(error ?? '')}`,
  wait: () => 'the call in flight is waited for',
  resume: () => 'taken up by a new start',
  cut: () => 'earlier steps are not kept',
}

export const ofAnnouncement = ({ seq, type, exitCode, reason, attempts, handlingMs, at }: Announcement): Happening => {
  const how = `${exitCode} ${reason}, after ${count(attempts, 'attempt')} and ${handlingMs} ms`
  return { at: toNanos(at), what: `announced as number ${seq}, ${type}: ${how}` }
}
