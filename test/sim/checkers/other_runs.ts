/**
 * Rules 4 and 10: never kill or delete another run, and never a CREATED task. What destroys needs a look (or an exit) with our pid that is
 * not older than `justNowMs`; what then hits another run is forgiven only if that run came after the look: the check-to-call window.
 */
import type { ContainerKey, ReaperEvent } from '../../../core/index.ts'
import type { Checker, Destructive, View } from '../hooks.ts'
import { broken } from '../hooks.ts'
import { describeTruth } from '../truth.ts'
import type { Knowledge } from './knowledge.ts'
import { runOfCall, runText } from './support.ts'

const rule = '4 never kill or delete another run'

/** Something that bore out that the task of `pid` is STOPPED (0: that there is none): when it was so, and when the machine was told. */
interface Look {
  readonly pid: number
  readonly toldAt: number
  readonly trueAt: number
  /** An exit that was reported, not a task that was looked at. */
  readonly isExit: boolean
}

const looksOf = (
  event: ReaperEvent,
  servedAt: (key: ContainerKey, call: number) => number,
): ReadonlyArray<readonly [ContainerKey, Look]> => {
  const toldAt: number = event.at
  const exited = (key: ContainerKey, pid: number, exitedAt: bigint | undefined): ReadonlyArray<readonly [ContainerKey, Look]> =>
    pid === 0 ? [] : [[key, { pid, toldAt, trueAt: exitedAt === undefined ? toldAt : Number(exitedAt / 1_000_000n), isExit: true }]]
  switch (event._tag) {
    case 'LoadSettled': {
      const { outcome, container } = event
      const pid = outcome._tag === 'Stopped' ? outcome.pid : outcome._tag === 'NotFound' ? 0 : undefined
      return pid === undefined ? [] : [[container, { pid, toldAt, trueAt: servedAt(container, event.call), isExit: false }]]
    }
    case 'TaskExited':
      return event.container.endsWith(`/${event.processId}`) ? exited(event.container, event.pid, event.exitedAt) : []
    case 'WatchSettled':
      return event.outcome._tag === 'Exited' ? exited(event.container, event.outcome.pid, event.outcome.exitedAt) : []
    default:
      return []
  }
}

export const neverAnotherRun = (view: View, { runsOf, window }: Knowledge): Checker => {
  let looks = new Map<ContainerKey, Look[]>()
  const served = new Map<string, number>()
  const servedAt = (key: ContainerKey, call: number): number => served.get(`${key} ${call}`) ?? 0
  /** Others seen at work since: their task, and when we were told. */
  let signs = new Map<ContainerKey, Array<{ readonly pid: number; readonly toldAt: number }>>()
  /** Whose records were deleted, and when a new one was seen of which no task has been seen. */
  let deleted = new Set<ContainerKey>()
  let madeAnew = new Map<ContainerKey, number>()
  const basis = new Map<string, { readonly text: string; readonly pid: number; readonly trueAt: number }>()
  const name = (effect: Destructive): string => `${effect.container} ${effect.call}`
  const { justNowMs } = view.plan.policy
  /** An event of an earlier task that comes late is no sign. */
  const isLater = (key: ContainerKey, pid: number, than: number): boolean =>
    (runsOf(key, pid).at(-1)?.createdAt ?? 0) > (runsOf(key, than).at(-1)?.createdAt ?? 0)
  return {
    looked: ({ container, call }) => {
      served.set(`${container} ${call}`, view.now())
    },
    told: (event) => {
      for (const [key, look] of looksOf(event, servedAt)) looks.set(key, [...(looks.get(key) ?? []), look].slice(-20))
      if (event._tag === 'ContainerDeleted') deleted.add(event.container)
      if (event._tag === 'ContainerChanged' && deleted.delete(event.container)) madeAnew.set(event.container, event.at)
      if (event._tag === 'TaskCreated' || event._tag === 'TaskStarted') {
        deleted.delete(event.container) // there is no task without a record
        madeAnew.delete(event.container)
        signs.set(event.container, [...(signs.get(event.container) ?? []), { pid: event.pid, toldAt: event.at }].slice(-20))
      }
    },
    crashed: () => {
      deleted = new Set()
      madeAnew = new Map()
      looks = new Map()
      signs = new Map()
    },
    asked: (effect, after) => {
      if (effect._tag !== 'KillTask' && effect._tag !== 'DeleteTask' && effect._tag !== 'CleanUpTask') return
      const run = runOfCall(after, effect.container, effect.call)
      if (run === undefined) return
      const text = `${effect._tag} for ${runText({ run: run.id })}`
      const pid = effect._tag === 'CleanUpTask' ? 0 : run.id.pid
      const now = view.now()
      const found = (looks.get(effect.container) ?? []).filter((look) =>
        // An exit that is told late is not one that was observed just now.
        look.pid === pid && now - look.toldAt <= justNowMs && (!look.isExit || look.toldAt - look.trueAt <= justNowMs)
      )
      const last = found.at(-1)
      if (last === undefined) return broken(rule, `${text} without a look at it just now`)
      const sign = (signs.get(effect.container) ?? []).find((it) =>
        it.toldAt > last.toldAt && it.pid !== run.id.pid && isLater(effect.container, it.pid, run.id.pid)
      )
      if (sign !== undefined) broken(rule, `${text} though a task of pid ${sign.pid} appeared after the last look`)
      const madeAt = effect._tag === 'CleanUpTask' ? madeAnew.get(effect.container) : undefined
      const hasEndedBefore = madeAt !== undefined && 'handling' in run.phase && run.phase.handling.seenAt < madeAt
      if (hasEndedBefore && now - madeAt <= justNowMs) broken(rule, `${text} though a record had just been made for the next run`)
      basis.set(name(effect), { text, pid: run.id.pid, trueAt: Math.max(...found.map(({ trueAt }) => trueAt)) })
    },
    served: (effect, hit) => {
      const asked = basis.get(name(effect))
      if (hit === undefined || asked === undefined) return
      const isHarmless = hit.pid === asked.pid && hit.status === 'stopped'
      const isRefused = effect._tag !== 'KillTask' && (hit.status === 'running' || hit.status === 'paused')
      if (isHarmless) return
      if (hit.createdAt >= asked.trueAt) {
        if (!isRefused) window.add(hit)
        return
      }
      broken(rule, `${asked.text} hits ${describeTruth(hit)}`)
    },
  }
}
