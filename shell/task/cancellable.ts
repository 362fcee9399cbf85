/**
 * What an action that can be cancelled is: a TaskEither that reads its abort signal from the environment, so that pipes of
 * combinators and the interpreter's bigger environment fit together. Knows no RPC and no clock.
 *
 * @module
 */
import type * as RTE from 'fp-ts/lib/ReaderTaskEither.js'

/** What tells an action to stop: an `AbortSignal`, or one of our own. Both are listened to with {@link onAbort}. */
export type Signal = AbortSignal | OwnSignal

/** What an `AbortSignal` is to us, without its events. Each call and each timer has one, so it is to cost little. */
export interface OwnSignal {
  readonly aborted: boolean
  /** Who is to be called; undefined while there is nobody, and after the abort. */
  readonly [listening]: Set<() => void> | undefined
}

const listening: unique symbol = Symbol('listening')

/** The least an action is given: the signal that tells it to stop. */
export interface Scope {
  readonly signal: Signal
}

/**
 * An action that stops when its signal aborts, and then settles (with `Cancelled`, or with the answer that was faster).
 *
 * It is a reader of any environment that holds a signal. A rejected promise inside is a bug, never an error value.
 */
export type Cancellable<E, A> = RTE.ReaderTaskEither<Scope, E, A>

const foreign = new WeakMap<AbortSignal, Set<() => void>>()

const isOwn = (signal: Signal): signal is OwnSignal => listening in signal

/**
 * Calls `listener` once when `signal` aborts, at once if it has; returns what takes the listener away again.
 *
 * Not `addEventListener`: adding to and removing from an AbortSignal walks all its listeners, which is quadratic for the 20,000 open
 * waits that share the process's signal, and from the eleventh on some runtimes warn of a leak. So one real listener stands for all.
 */
export const onAbort = (signal: Signal, listener: () => void): () => void => {
  if (signal.aborted) {
    listener()
    return () => undefined
  }
  const listeners = isOwn(signal) ? listenersOfOwn(signal) : foreign.get(signal) ?? listenOnce(signal)
  const entry = (): void => listener() // the same function may be given twice
  listeners.add(entry)
  return () => void listeners.delete(entry)
}

/** How many listeners a signal has that did not go away. What is left when all actions are done is a leak. */
export const listenersLeft = (signal: Signal): number => (isOwn(signal) ? signal[listening] : foreign.get(signal))?.size ?? 0

const callAll = (listeners: Set<() => void>): void => {
  for (const listener of listeners) listener()
  listeners.clear()
}

const listenOnce = (signal: AbortSignal): Set<() => void> => {
  const listeners = new Set<() => void>()
  foreign.set(signal, listeners)
  signal.addEventListener('abort', () => callAll(listeners), { once: true })
  return listeners
}

type Mutable<A> = { -readonly [Key in keyof A]: A[Key] }

const listenersOfOwn = (signal: Mutable<OwnSignal>): Set<() => void> => signal[listening] ??= new Set()

/** A signal that aborts with its parent or by itself; `unlink` lets the parent forget it. */
export interface Linked {
  readonly signal: Signal
  readonly abort: () => void
  readonly unlink: () => void
}

/** A signal, and what aborts it. */
export const stoppable = (): Omit<Linked, 'unlink'> => {
  const signal: Mutable<OwnSignal> = { aborted: false, [listening]: undefined }
  const abort = (): void => {
    if (signal.aborted) return
    signal.aborted = true
    const listeners = signal[listening]
    signal[listening] = undefined
    if (listeners !== undefined) callAll(listeners)
  }
  return { signal, abort }
}

/** Links by hand instead of by `AbortSignal.any`, which on Node 20 keeps every child reachable as long as its parent lives. */
export const linkedTo = (parent: Signal): Linked => {
  const { signal, abort } = stoppable()
  return { signal, abort, unlink: onAbort(parent, abort) }
}
