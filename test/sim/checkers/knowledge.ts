/** What the machine could know: which tasks the present process follows, and whose STOPPED each announcement on disk is. */
import type { Announcement, ContainerKey, State } from '../../../core/index.ts'
import { entries, namesake } from '../../../core/index.ts'
import type { Checker, View } from '../hooks.ts'
import type { TrueRun } from '../truth.ts'
import { containerOf, isStopped, keyOfRun } from './support.ts'

export interface Knowledge {
  /** Since when the present process has a run for this task. */
  readonly followedSince: (run: TrueRun) => number | undefined
  /** Number of its STOPPED on disk, 0 if it was told as the end of a sandbox. */
  readonly announced: ReadonlyMap<TrueRun, number>
  readonly announce: (run: TrueRun, seq: number) => void
  /** Hit in the check-to-call window: what is known of them is excused. */
  readonly window: Set<TrueRun>
  /** Whose STOPPED this is: of the task that ended just then; else of the one that was meant; of one that is followed; of the oldest that can be. */
  readonly attribute: (announcement: Announcement) => TrueRun | undefined
  /** In one boot another task of the same pid came before the first was announced: the two are one to whoever sees pids only. */
  readonly isConflated: (run: TrueRun) => boolean
  readonly runsOf: (key: ContainerKey, pid: number) => ReadonlyArray<TrueRun>
  readonly checker: Checker
}

export const knowledgeOf = (view: View): Knowledge => {
  let followed = new Map<TrueRun, number>()
  const announced = new Map<TrueRun, number>()
  const announcedAt = new Map<TrueRun, number>()
  const announce = (run: TrueRun, seq: number): void => {
    announced.set(run, seq)
    announcedAt.set(run, view.now())
  }
  const overlap = (first: TrueRun, second: TrueRun): boolean => second.createdAt <= (announcedAt.get(first) ?? Infinity)
  /** Which task the machine meant when it first spoke of a run: the newest of that pid then. */
  let meant = new Map<string, TrueRun>()
  const nameOf = (key: ContainerKey, generation: number): string => `${key} ${generation}`
  const byName = new Map<string, TrueRun[]>()
  let indexed = 0
  const runsOf = (key: ContainerKey, pid: number): ReadonlyArray<TrueRun> => {
    for (; indexed < view.containerd.runs.length; indexed += 1) {
      const run = view.containerd.runs[indexed]!
      const name = `${run.key} ${run.pid}`
      byName.set(name, [...(byName.get(name) ?? []), run])
    }
    return byName.get(`${key} ${pid}`) ?? []
  }
  const isPause = (key: ContainerKey): boolean => view.others.sandboxes.some((it) => it.pause && it.key === namesake(key))
  const note = (state: State, key: ContainerKey): void => {
    const container = containerOf(state, key)
    if (container?.lookup._tag !== 'Known' && container?.lookup._tag !== 'Deleted') return
    for (const { id, phase, formerBoot } of container.runs) {
      const name = nameOf(key, id.generation)
      const run = meant.get(name) ??
        runsOf(key, id.pid).findLast(({ boot }) => (boot < view.containerd.hostBoot()) === (formerBoot === true))
      if (run === undefined) continue
      meant.set(name, run)
      if (phase._tag !== 'Exited' && !followed.has(run) && !announced.has(run)) followed.set(run, view.now())
    }
  }
  return {
    followedSince: (run) => followed.get(run),
    announced,
    announce,
    window: new Set(),
    runsOf,
    attribute: ({ run, exitedAt }) => {
      const candidates = runsOf(keyOfRun(run), run.pid)
      const isOpen = (it: TrueRun): boolean => it.exit !== undefined && !announced.has(it)
      return candidates.find(({ exit }) => exit?.at === exitedAt) ??
        candidates.find((it) => isOpen(it) && meant.get(nameOf(keyOfRun(run), run.generation)) === it) ??
        candidates.find((it) => isOpen(it) && followed.has(it)) ?? candidates.find(isOpen)
    },
    isConflated: (run) =>
      runsOf(run.key, run.pid).some((other) =>
        other !== run && other.boot === run.boot && (other.serial < run.serial ? overlap(other, run) : overlap(run, other))
      ),
    checker: {
      // The end of a pause container may have been told as that of its sandbox.
      durable: (records) => {
        for (const record of records) {
          if (record._tag !== 'RunRecord' || record.standing === 'open' || !isPause(keyOfRun(record.run))) continue
          if (records.some((it) => isStopped(it) && it.run.generation === record.run.generation)) continue
          const runs = runsOf(keyOfRun(record.run), record.run.pid).filter((it) => it.exit !== undefined && !announced.has(it))
          const run = runs.find(({ exit }) => exit?.at === record.exit?.at) ?? runs.find((it) => followed.has(it)) ?? runs[0]
          if (run !== undefined) announce(run, 0)
        }
      },
      stepped: (event, before, after) => {
        if (after === before) return
        if ('container' in event) note(after, event.container)
        else if ('owner' in event && event.owner._tag === 'Container') note(after, event.owner.key)
        else if (event._tag === 'Relisted') { for (const { id } of event.tasks) note(after, `${event.namespace}/${id}` as ContainerKey) }
      },
      crashed: () => {
        followed = new Map()
        meant = new Map()
      },
      resumed: (state) => {
        for (const [key] of entries(state.containers)) note(state, key)
      },
    },
  }
}
