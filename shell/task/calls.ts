/**
 * The calls and timers in flight that somebody may want to end before their time, by owner and call id.
 *
 * @module
 */
import type { CallId } from '../../core/index.ts'
import { type Linked, linkedTo, type Signal } from './cancellable.ts'

/** What a call can be: ids are counted per owner, and a call and a timer may share one. */
export type CallKind = 'call' | 'timer'

export interface Calls {
  /** A scope for this call that ends with `parent`, or when `end` is called for it. Closing it forgets it. */
  readonly begin: (kind: CallKind, owner: string, call: CallId, parent: Signal) => Begun
  /** Ends the call. Harmless when it has ended already. */
  readonly end: (kind: CallKind, owner: string, call: CallId) => void
  readonly size: () => number
}

export interface Begun {
  readonly signal: Signal
  readonly close: () => void
}

export const makeCalls = (): Calls => {
  const open = new Map<string, Linked>()
  const nameOf = (kind: CallKind, owner: string, call: CallId): string => `${kind} ${call} ${owner}`
  return {
    begin: (kind, owner, call, parent) => {
      const name = nameOf(kind, owner, call)
      const linked = linkedTo(parent)
      open.set(name, linked)
      const close = (): void => {
        linked.unlink()
        if (open.get(name) === linked) open.delete(name)
      }
      return { signal: linked.signal, close }
    },
    end: (kind, owner, call) => open.get(nameOf(kind, owner, call))?.abort(),
    size: () => open.size,
  }
}
