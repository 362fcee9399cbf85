/** Rule 7: a hung container delays nobody. No attempt holds a slot longer than an attempt may take, and nobody waits for one for ever. */
import type { Phase, State } from '../../../core/index.ts'
import { entries } from '../../../core/index.ts'
import type { Checker, View } from '../hooks.ts'
import { broken } from '../hooks.ts'

const rule = '7 a hung container delays nobody'

const inAttempt: ReadonlySet<Phase['_tag']> = new Set(['Loading', 'Notifying', 'Killing', 'Draining', 'Deleting', 'Cleaning'])
const isWaiting = (phase: Phase): boolean => phase._tag === 'Recorded' && phase.waitsFor === 'slot'

export const hungDelaysNobody = (view: View): Checker => {
  const { policy, namespaces, ids } = view.plan
  let held = new Map<string, number>()
  let queued = new Map<string, number>()
  // Everybody else may be ahead in line, each for a whole attempt.
  const longest = policy.handlingTimeoutMs * (namespaces.length * ids + 1)
  const note = (state: State): void => {
    const now = view.now()
    const holding = new Map<string, number>()
    const waiting = new Map<string, number>()
    for (const [key, { runs }] of entries(state.containers)) {
      for (const { id, phase } of runs) {
        const name = `${key} generation=${id.generation}`
        if (inAttempt.has(phase._tag)) {
          const since = held.get(name) ?? now
          // The timer's event stands in the mailbox for a moment.
          if (now - since > policy.handlingTimeoutMs + 10) broken(rule, `${name} holds a slot for ${now - since} ms, now in ${phase._tag}`)
          holding.set(name, since)
        }
        if (isWaiting(phase)) {
          const since = queued.get(name) ?? now
          if (now - since > longest) broken(rule, `${name} waits for a slot for ${now - since} ms`)
          waiting.set(name, since)
        }
      }
    }
    held = holding
    queued = waiting
    if (waiting.size > 0 && holding.size < policy.maxHandlings) {
      broken(rule, `${[...waiting.keys()].join(', ')} waits while only ${holding.size} of ${policy.maxHandlings} slots are held`)
    }
  }
  return {
    stepped: (_event, before, after) => {
      if (after !== before) note(after)
    },
    resumed: note,
    crashed: () => {
      held = new Map()
      queued = new Map()
    },
  }
}
