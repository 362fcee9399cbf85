/** One line for an effect. @module */
import type { Effect, Released } from '../effect.ts'
import { describeRecord } from './record.ts'
import { describeOwner, describeRun, name } from './words.ts'

/**
 * An effect as one readable line; what a write releases stands behind its `then`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { callId, containerKey, describeEffect } from 'containerd-reaper/core'
 *
 * assert.equal(
 *   describeEffect({ _tag: 'DeleteTask', container: containerKey('ci', 'web-1'), call: callId(3) }),
 *   'DeleteTask ci/web-1 call=3',
 * )
 * ```
 */
export const describeEffect = (effect: Effect): string => {
  switch (effect._tag) {
    case 'Persist': {
      const rows = effect.records.map((record) => `[${describeRecord(record)}]`).join(' ')
      const then = effect.release.length === 0 ? '' : ` then ${effect.release.map(released).join(', ')}`
      return `Persist ${describeOwner(effect.owner)} call=${effect.call} ${rows}${then}`
    }
    case 'LoadContainer':
    case 'LoadTask':
    case 'WatchTask':
    case 'UnwatchTask':
    case 'ReadOomKills':
    case 'KillTask':
    case 'DeleteTask':
    case 'CleanUpTask':
    case 'CancelCall':
      return `${effect._tag} ${name(effect.container)} call=${effect.call}`
    case 'NotifyNriExit':
      return `NotifyNriExit ${describeRun(effect.run)} exit=${effect.exitCode} call=${effect.call}`
    case 'DrainIo':
      return `DrainIo ${describeRun(effect.run)} call=${effect.call}`
    case 'CloseIo':
      return `CloseIo ${describeRun(effect.run)}`
    case 'SignalStopped':
    case 'EmitContainerEvent':
      return `${effect._tag} [${describeRecord(effect.announcement)}]`
    case 'WatchSandbox':
      return `WatchSandbox ${name(effect.sandbox)} call=${effect.call} sandboxer=${name(effect.sandboxer)}`
    case 'RefreshImage':
      return `RefreshImage ${name(effect.image)} call=${effect.call}`
    case 'SetTimer':
      return `SetTimer ${describeOwner(effect.owner)} call=${effect.call} delay=${effect.delayMs}ms${effect.jitter ? ' jitter' : ''}`
    case 'CancelTimer':
      return `CancelTimer ${describeOwner(effect.owner)} call=${effect.call}`
  }
}

/** What is announced stands among the rows of the same write already, but for its number. */
const released = ({ _tag, announcement }: Released): string => `${_tag} seq=${announcement.seq}`
