/**
 * Watches the effects that the machine asks for, knowing nothing of its state: nothing destructive before the exit is on disk (rule 1),
 * and never two destructive calls of one container in flight (rule 5).
 */
import assert from 'node:assert/strict'
import type { Effect } from '../../core/effect.ts'
import { parts } from '../../core/ids.ts'
import type { ReaperRecord } from '../../core/record.ts'

export interface Guard {
  readonly asked: (effect: Effect, rows: ReadonlyArray<ReaperRecord>) => void
  readonly settled: (effect: Effect) => void
  /** The process died, and with it what it had in flight. */
  readonly restarted: () => void
}

export const guard = (): Guard => {
  const inFlight = new Map<string, Effect>()
  return {
    asked: (effect, rows) => {
      if (effect._tag === 'CancelCall') inFlight.delete(effect.container)
      if (effect._tag !== 'KillTask' && effect._tag !== 'DeleteTask' && effect._tag !== 'CleanUpTask') return
      const { container } = effect
      const [namespace, id] = parts(container)
      const isRecorded = rows.some((row) =>
        row._tag === 'RunRecord' && row.run.namespace === namespace && row.run.id === id && row.exit !== undefined
      )
      assert.ok(isRecorded, `${effect._tag} of ${container} before its exit is on disk`)
      assert.equal(inFlight.get(container), undefined, `${effect._tag} of ${container} while another destructive call is in flight`)
      inFlight.set(container, effect)
    },
    settled: (effect) => {
      if ('container' in effect && inFlight.get(effect.container) === effect) inFlight.delete(effect.container)
    },
    restarted: () => inFlight.clear(),
  }
}
