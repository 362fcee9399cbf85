/**
 * The fault knobs as data, and the list of those that are set. Matches calls and events to rules and keeps count;
 * what a fault then does is up to the place that asked.
 *
 * @module
 */
import { status } from '@grpc/grpc-js'
import { type Latch, latch } from './latch.ts'
import { type Refusal, refusal } from './refusal.ts'

/** What happens to a call. */
export type CallFault =
  /** It begins late. A delayed `Delete` is slow inside the shim, as with a slow `runc delete`. */
  | { readonly _tag: 'Late'; readonly ms: number }
  /**
   * It waits until the fault is released. A hanging `Delete` hangs inside the shim, as in an unmount, and goes on when its caller has given up.
   * With `cutByDeadline` it hangs as `runc delete` does: a gRPC deadline reaches it and makes it fail, the task stays; a mere cancel does not.
   */
  | { readonly _tag: 'Hanging'; readonly cutByDeadline: boolean }
  /** It is refused and nothing is done. */
  | { readonly _tag: 'Refused'; readonly refusal: Refusal }
  /** It is carried out, but its caller hears this instead of the answer. */
  | { readonly _tag: 'AnswerLost'; readonly refusal: Refusal }
  /** It is carried out, and its answer waits until the fault is released. */
  | { readonly _tag: 'AnswerHeld' }

/** What happens to an event. */
export type EventFault =
  | { readonly _tag: 'Dropped' }
  /** It comes this many times. */
  | { readonly _tag: 'Repeated'; readonly times: number }
  /** It waits until the fault is released; released events come in their order. */
  | { readonly _tag: 'Held' }
  | { readonly _tag: 'Delayed'; readonly ms: number }
  /** It comes after this many later events. */
  | { readonly _tag: 'Overtaken'; readonly by: number }

/** Which calls or events: every field that is given must fit. `times`: only so many of them (default: all). */
export interface Where {
  readonly namespace?: string
  readonly id?: string
  readonly times?: number
}

/** `call` is `Service/Method`; a bare method is one of the tasks service. */
export interface CallRule extends Where {
  readonly _tag: 'CallRule'
  readonly call: string
  readonly fault: CallFault
}

export interface EventRule extends Where {
  readonly _tag: 'EventRule'
  readonly topic: string
  readonly fault: EventFault
}

export type FaultRule = CallRule | EventRule

export const late = (ms: number): CallFault => ({ _tag: 'Late', ms })
/** Hangs until released, whatever becomes of the caller. */
export const hanging: CallFault = { _tag: 'Hanging', cutByDeadline: false }
/** Hangs until released, but a Delete's gRPC deadline cuts it off. */
export const hangingInRunc: CallFault = { _tag: 'Hanging', cutByDeadline: true }
export const refused = (code: status, message: string): CallFault => ({ _tag: 'Refused', refusal: refusal(code, message) })
/** The answer gets lost: the caller hears `UNAVAILABLE` although the call was carried out. */
export const answerLost = (code: status = status.UNAVAILABLE, message = 'Connection dropped'): CallFault => ({
  _tag: 'AnswerLost',
  refusal: refusal(code, message),
})
export const answerHeld: CallFault = { _tag: 'AnswerHeld' }

export const dropped: EventFault = { _tag: 'Dropped' }
export const repeated = (times: number): EventFault => ({ _tag: 'Repeated', times })
export const held: EventFault = { _tag: 'Held' }
export const delayed = (ms: number): EventFault => ({ _tag: 'Delayed', ms })
export const overtaken = (by: number): EventFault => ({ _tag: 'Overtaken', by })

/**
 * A rule for calls.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { hanging, onCall } from 'containerd-reaper/testing'
 *
 * assert.deepEqual(onCall('Delete', hanging, { id: 'web', times: 1 }), {
 *   _tag: 'CallRule',
 *   call: 'Tasks/Delete',
 *   fault: { _tag: 'Hanging', cutByDeadline: false },
 *   id: 'web',
 *   times: 1,
 * })
 * ```
 */
export const onCall = (call: string, fault: CallFault, where: Where = {}): CallRule => ({
  ...where,
  _tag: 'CallRule',
  call: fullCall(call),
  fault,
})

/** A rule for events of a topic, such as `/tasks/exit`; `id` is the container, sandbox or image that the event is about. */
export const onEvent = (topic: string, fault: EventFault, where: Where = {}): EventRule => ({ ...where, _tag: 'EventRule', topic, fault })

/** `Delete` is `Tasks/Delete`; the other services are spelled out: `Containers/Get`. */
export const fullCall = (call: string): string => (call.includes('/') ? call : `Tasks/${call}`)

/** A rule that was set. */
export interface SetFault {
  /** How many calls or events it has struck. */
  readonly hits: () => number
  /** Resolves when it has struck `n` times (default once). */
  readonly hit: (n?: number) => Promise<void>
  /** Takes the rule away and lets everything go on that waits for it. */
  readonly release: () => void
}

/** A rule that struck: the fault, and the promise that what hangs on it waits for. */
export interface Struck<F> {
  readonly fault: F
  readonly released: Promise<void>
}

/** The knobs as users see them. */
export interface Faults {
  readonly set: (rule: FaultRule) => SetFault
  /** Releases every rule. */
  readonly clear: () => void
}

/** The knobs as the stand's own parts see them. */
export interface FaultBox extends Faults {
  readonly call: (call: string, namespace: string, id: string) => Struck<CallFault> | undefined
  readonly event: (topic: string, namespace: string, id: string) => Struck<EventFault> | undefined
}

interface Armed {
  readonly rule: FaultRule
  readonly released: Latch<void>
  readonly waiting: Set<{ readonly n: number; readonly latch: Latch<void> }>
  hits: number
}

const fits = ({ rule, hits }: Armed, namespace: string, id: string): boolean =>
  (rule.namespace === undefined || rule.namespace === namespace) &&
  (rule.id === undefined || rule.id === id) &&
  (rule.times === undefined || hits < rule.times)

const strike = (armed: Armed): void => {
  armed.hits += 1
  for (const waiter of armed.waiting) {
    if (armed.hits < waiter.n) continue
    waiter.latch.open()
    armed.waiting.delete(waiter)
  }
}

/** An empty list of rules. Of several that fit, the one that was set last strikes. */
export const makeFaults = (): FaultBox => {
  let rules: ReadonlyArray<Armed> = []
  const drop = (armed: Armed): void => {
    rules = rules.filter((other) => other !== armed)
    armed.released.open()
  }
  return {
    set: (rule) => {
      const armed: Armed = { rule, released: latch(), waiting: new Set(), hits: 0 }
      rules = [armed, ...rules]
      return {
        hits: () => armed.hits,
        hit: (n = 1) => {
          const waiter = { n, latch: latch() }
          if (armed.hits >= n) waiter.latch.open()
          else armed.waiting.add(waiter)
          return waiter.latch.promise
        },
        release: () => drop(armed),
      }
    },
    clear: () => rules.forEach(drop),
    call: (call, namespace, id) => {
      for (const armed of rules) {
        if (armed.rule._tag !== 'CallRule' || armed.rule.call !== call || !fits(armed, namespace, id)) continue
        strike(armed)
        return { fault: armed.rule.fault, released: armed.released.promise }
      }
      return undefined
    },
    event: (topic, namespace, id) => {
      for (const armed of rules) {
        if (armed.rule._tag !== 'EventRule' || armed.rule.topic !== topic || !fits(armed, namespace, id)) continue
        strike(armed)
        return { fault: armed.rule.fault, released: armed.released.promise }
      }
      return undefined
    },
  }
}
