/**
 * Waiting in tests: look again and again until what is wanted is there, within a bounded time. It refuses to know what is
 * looked at; when the time is up it says what was wanted and what was last seen.
 */
import { inspect } from 'node:util'

/** What is waited for, in words, and for how long. */
export interface WaitOptions {
  /** Completes "Cannot wait any longer for ...". */
  readonly what: string
  /** 15 s unless told: far more than a healthy machine needs, for a loaded one. */
  readonly timeoutMs?: number
  /** The pause between two looks, 20 ms unless told. */
  readonly everyMs?: number
}

/** What a look without `until` leaves out once the wait is over. */
export type Seen<A> = Exclude<A, false | null | undefined | void>

type Look<A> =
  | { readonly _tag: 'Saw'; readonly value: A }
  | { readonly _tag: 'Failed'; readonly error: unknown }

const lookOnce = async <A>(look: () => A | Promise<A>): Promise<Look<A>> => {
  try {
    return { _tag: 'Saw', value: await look() }
  } catch (error) {
    return { _tag: 'Failed', error }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const lastSeen = (look: Look<unknown>): string =>
  look._tag === 'Saw'
    ? inspect(look.value, { depth: 4, breakLength: 160 })
    : `an error: ${look.error instanceof Error ? look.error.message : String(look.error)}`

/**
 * Looks until the value seen is truthy, or until `until` says it is enough. A look that throws counts as "not yet".
 * Rejects after `timeoutMs` with what was wanted and what was last seen.
 */
export function waitFor<A>(look: () => A | Promise<A>, options: WaitOptions & { readonly until: (seen: A) => boolean }): Promise<A>
export function waitFor<A>(look: () => A | Promise<A>, options: WaitOptions): Promise<Seen<A>>
export async function waitFor<A>(
  look: () => A | Promise<A>,
  { what, timeoutMs = 15_000, everyMs = 20, until = Boolean }: WaitOptions & { readonly until?: (seen: A) => boolean },
): Promise<A> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const last = await lookOnce(look)
    if (last._tag === 'Saw' && until(last.value)) return last.value
    if (performance.now() >= end) {
      throw new Error(`Cannot wait any longer for ${what}: wanted it within ${timeoutMs} ms, last saw ${lastSeen(last)}`)
    }
    await pause(everyMs)
  }
}
