/**
 * Rule 7: a hung container delays nobody. A slot is given back after a moment, an attempt ends in its time, and nobody waits for a slot
 * while one is free, or longer than everybody ahead may hold it.
 */
import type { Phase, State } from '../../../core/index.ts'
import { entries } from '../../../core/index.ts'
import type { Checker, View } from '../hooks.ts'
import { broken } from '../hooks.ts'

const rule = '7 a hung container delays nobody'

const attempts: ReadonlySet<Phase['_tag']> = new Set(['Loading', 'Notifying', 'Killing', 'Draining', 'Deleting', 'Cleaning'])
const isWaiting = (phase: Phase): boolean => phase._tag === 'Recorded' && phase.waitsFor === 'slot'
const isSlow = (phase: Phase): boolean => 'handling' in phase && phase.handling.slow

/** The event of a timer stands in the mailbox for a moment. */
const mailboxMs = 10

export const hungDelaysNobody = (view: View): Checker => {
  const { policy, namespaces, ids } = view.plan
  let since = new Map<string, number>()
  const slotMs = Math.min(policy.slowAfterMs, policy.handlingTimeoutMs) + mailboxMs
  const limits = {
    'holds a slot': slotMs,
    'is in one attempt': policy.handlingTimeoutMs + 2 * mailboxMs,
    'waits for a slot': slotMs * (namespaces.length * ids + 1),
  } as const
  const note = (state: State): void => {
    const now = view.now()
    const next = new Map<string, number>()
    let held = 0
    let waiting = 0
    const watch = (name: string, what: keyof typeof limits): void => {
      const began = since.get(`${name} ${what}`) ?? now
      if (now - began > limits[what]) broken(rule, `${name} ${what} for ${now - began} ms`)
      next.set(`${name} ${what}`, began)
    }
    for (const [key, { runs }] of entries(state.containers)) {
      for (const { id, phase } of runs) {
        const name = `${key} generation=${id.generation}`
        if (isWaiting(phase)) {
          waiting += 1
          watch(name, 'waits for a slot')
        }
        if (!attempts.has(phase._tag)) continue
        watch(name, 'is in one attempt')
        if (isSlow(phase)) continue
        held += 1
        watch(name, 'holds a slot')
      }
    }
    since = next
    if (waiting > 0 && held < policy.maxHandlings) {
      broken(rule, `${waiting} wait while only ${held} of ${policy.maxHandlings} slots are held`)
    }
  }
  return {
    stepped: (_event, before, after) => {
      if (after !== before) note(after)
    },
    resumed: note,
    crashed: () => {
      since = new Map()
    },
  }
}
