/**
 * A promise that is resolved from outside, once. Waiting and letting go are all that it knows.
 *
 * @module
 */

export interface Latch<A> {
  readonly promise: Promise<A>
  /** Resolves the promise; later calls change nothing. */
  readonly open: (value: A) => void
  readonly opened: () => boolean
}

export const latch = <A = void>(): Latch<A> => {
  let opened = false
  let resolve: (value: A) => void = () => undefined
  const promise = new Promise<A>((settle) => {
    resolve = settle
  })
  return {
    promise,
    open: (value) => {
      opened = true
      resolve(value)
    },
    opened: () => opened,
  }
}

/** Resolves when the signal is aborted, at once if it already is. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted ? Promise.resolve() : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))

/** The task's value, or `otherwise` if the signal is aborted first. Leaves no listener behind on a signal that outlives the call. */
export const orAborted = async <A, B>(signal: AbortSignal, promise: Promise<A>, otherwise: B): Promise<A | B> => {
  if (signal.aborted) return otherwise
  const gone = latch<B>()
  const onAbort = (): void => gone.open(otherwise)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, gone.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
