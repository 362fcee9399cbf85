/**
 * What an action that can be cancelled is: a TaskEither that reads its abort signal from the environment, so that pipes of
 * combinators and the interpreter's bigger environment fit together. Knows no RPC and no clock.
 *
 * @module
 */
import type * as RTE from 'fp-ts/lib/ReaderTaskEither.js'

/** The least an action is given: the signal that tells it to stop. */
export interface Scope {
  readonly signal: AbortSignal
}

/**
 * An action that stops when its signal aborts, and then settles (with `Cancelled`, or with the answer that was faster).
 *
 * It is a reader of any environment that holds a signal. A rejected promise inside is a bug, never an error value.
 */
export type Cancellable<E, A> = RTE.ReaderTaskEither<Scope, E, A>

const listenersOf = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `listener` once when `signal` aborts, at once if it has; returns what takes the listener away again.
 *
 * Not `addEventListener`: adding to and removing from a signal walks all its listeners, which is quadratic for the 20,000 open
 * waits that share the process's signal, and from the eleventh on some runtimes warn of a leak. So one real listener stands for all.
 */
export const onAbort = (signal: AbortSignal, listener: () => void): () => void => {
  if (signal.aborted) {
    listener()
    return () => undefined
  }
  const listeners = listenersOf.get(signal) ?? listenOnce(signal)
  const entry = (): void => listener() // the same function may be given twice
  listeners.add(entry)
  return () => void listeners.delete(entry)
}

/** How many listeners a signal has that did not go away. What is left when all actions are done is a leak. */
export const listenersLeft = (signal: AbortSignal): number => listenersOf.get(signal)?.size ?? 0

const listenOnce = (signal: AbortSignal): Set<() => void> => {
  const listeners = new Set<() => void>()
  listenersOf.set(signal, listeners)
  signal.addEventListener('abort', () => {
    for (const listener of listeners) listener()
    listeners.clear()
  }, { once: true })
  return listeners
}

/** A signal that aborts with its parent or by itself; `unlink` lets the parent forget it. */
export interface Linked {
  readonly signal: AbortSignal
  readonly abort: () => void
  readonly unlink: () => void
}

/** Why an action ends. Made once: an abort without a reason makes a new error, with a stack, for each call and timer. */
export const ended: DOMException = new DOMException('This operation was aborted', 'AbortError')

/** Links by hand instead of by `AbortSignal.any`, which on Node 20 keeps every child reachable as long as its parent lives. */
export const linkedTo = (parent: AbortSignal): Linked => {
  const own = new AbortController()
  const abort = (): void => own.abort(ended)
  return { signal: own.signal, abort, unlink: onAbort(parent, abort) }
}
