/**
 * Effects in the shorthand of the test vectors, so that a test shows a whole conversation in one line:
 *
 * ASK (the record is read), LOAD, MET (metrics), NRI, KILL, DRAIN, CLOSE, TD (task delete), CLEAN, CUT (a call is cut off),
 * SAVE (SAVE! failed, SAVE... not answered yet), STOP, EMIT(type,container,sandbox), WATCH, UNWATCH, IMG (image read),
 * BO(who,seconds) back-off, GRACE(seconds). What is about another container than `c` says so: LOAD(d).
 */
import type { Effect } from '../../core/effect.ts'
import type { ContainerKey, ImageKey, SandboxKey } from '../../core/ids.ts'
import { attemptMs } from '../../core/container/slow.ts'
import { parts } from '../../core/ids.ts'
import type { Policy } from '../../core/policy.ts'
import type { Announcement } from '../../core/record.ts'

const nameOf = (key: ContainerKey | SandboxKey | ImageKey): string => parts(key)[1]
const about = (word: string, key: ContainerKey | SandboxKey | ImageKey): string => nameOf(key) === 'c' ? word : `${word}(${nameOf(key)})`

const emit = ({ type, run: { id }, sandboxId }: Announcement): string => `EMIT(${type.replace('CONTAINER_', '')},${id},${sandboxId ?? '-'})`

/** The word for an effect; undefined for the timers that only guard (deadlines) and for their cancellation. */
export const wordFor = (policy: Policy, effect: Effect): string | undefined => {
  switch (effect._tag) {
    case 'Persist':
      return about('SAVE', effect.owner.key)
    case 'LoadContainer':
      return about('ASK', effect.container)
    case 'LoadTask':
      return about('LOAD', effect.container)
    case 'WatchTask':
      return about('WATCH', effect.container)
    case 'UnwatchTask':
      return about('UNWATCH', effect.container)
    case 'ReadOomKills':
      return about('MET', effect.container)
    case 'NotifyNriExit':
      return about('NRI', effect.container)
    case 'KillTask':
      return about('KILL', effect.container)
    case 'DrainIo':
      return about('DRAIN', effect.container)
    case 'CloseIo':
      return about('CLOSE', effect.container)
    case 'DeleteTask':
      return about('TD', effect.container)
    case 'CleanUpTask':
      return about('CLEAN', effect.container)
    case 'CancelCall':
      return about('CUT', effect.container)
    case 'SignalStopped':
      return effect.announcement.run.id === 'c' ? 'STOP' : `STOP(${effect.announcement.run.id})`
    case 'EmitContainerEvent':
      return emit(effect.announcement)
    case 'WatchSandbox':
      return about('WATCH', effect.sandbox)
    case 'RefreshImage':
      return about('IMG', effect.image)
    case 'SetTimer': {
      if (effect.jitter) return `BO(${nameOf(effect.owner.key)},${effect.delayMs / 1_000})`
      const guards = [attemptMs(policy, true), attemptMs(policy, false), policy.handlingTimeoutMs]
      return guards.includes(effect.delayMs) ? undefined : `GRACE(${effect.delayMs / 1_000})`
    }
    case 'CancelTimer':
      return undefined
  }
}
