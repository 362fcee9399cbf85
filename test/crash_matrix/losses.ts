/** What a world has lost once it is at rest: the four zeros, and the reason of an OOM kill. */
import type { Announcement } from '../../core/index.ts'
import type { Situation } from '../small_world/situation.ts'
import { idOf, taskOf } from '../small_world/truth.ts'

export interface Losses {
  /** Runs announced with another code than they had. */
  readonly codes: number
  /** Runs and sandboxes that ended and were not announced. */
  readonly announcements: number
  /** Runs and sandboxes announced under more than one sequence number. */
  readonly doubles: number
  /** Tasks of runs that ended, and shims without a task. */
  readonly left: number
  /** OOM kills announced with another reason. */
  readonly reasons: number
}

export const noLosses: Losses = { codes: 0, announcements: 0, doubles: 0, left: 0, reasons: 0 }

export const sum = (a: Losses, b: Losses): Losses => ({
  codes: a.codes + b.codes,
  announcements: a.announcements + b.announcements,
  doubles: a.doubles + b.doubles,
  left: a.left + b.left,
  reasons: a.reasons + b.reasons,
})

export const countLosses = ({ rows, truth }: Situation, oom: boolean): Losses => {
  const said = rows.filter((row): row is Announcement => row._tag === 'Announcement')
  const of = (id: string, pid: number, code: number): Losses => {
    const all = said.filter(({ run }) => run.id === id && run.pid === pid)
    const stopped = all.filter(({ type }) => type === 'CONTAINER_STOPPED')
    return {
      codes: stopped.some(({ exitCode }) => exitCode !== code) ? 1 : 0,
      announcements: stopped.length === 0 ? 1 : 0,
      doubles: new Set(stopped.map(({ seq }) => seq)).size > 1 ? 1 : 0,
      left: 0,
      reasons: oom && all.at(-1)?.reason !== 'OOMKilled' ? 1 : 0,
    }
  }
  const ends = [
    ...truth.containers.flatMap(({ key, runs }) =>
      runs.flatMap(({ pid, code, exitedAt }) => exitedAt === undefined ? [] : [of(idOf(key), pid, code)])
    ),
    ...truth.sandboxes.flatMap(({ key, code, exitedAt }) => (exitedAt === undefined ? [] : [of(idOf(key), 0, code)])),
  ]
  const left = truth.containers.filter((it) => it.shim && taskOf(it)?.status !== 'running').length
  return ends.reduce(sum, { ...noLosses, left })
}
