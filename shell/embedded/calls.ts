/**
 * The log of every call that reached the stand: for counting round trips, and for tests that wait for one instead of sleeping.
 *
 * @module
 */
import { type status } from '@grpc/grpc-js'
import { fullCall } from './faults.ts'
import { type Latch, latch } from './latch.ts'

/** One call. `outcome` is a gRPC status code, `undefined` while the call is open. */
export interface Call {
  /** `Service/Method`. */
  readonly call: string
  readonly namespace: string
  /** The container, exec's container, image or sandbox that it names; empty if none. */
  readonly id: string
  readonly execId: string
  readonly request: unknown
  readonly outcome: status | undefined
}

/** The log as users see it. A bare method name means the tasks service; without an id the calls for any id count. */
export interface Calls {
  readonly all: () => ReadonlyArray<Call>
  readonly count: (call: string, id?: string) => number
  /** Forgets the calls so far. Counts start from 0. */
  readonly clear: () => void
  /** Resolves when the `n`-th such call has begun (default the first; at once if it has already). */
  readonly called: (call: string, id?: string, n?: number) => Promise<Call>
  /** Resolves when the `n`-th such call has been answered, or given up by its caller. */
  readonly answered: (call: string, id?: string, n?: number) => Promise<Call>
}

/** The log as the stand's own parts see it: `begin` gives what ends the entry. */
export interface CallLog extends Calls {
  readonly begin: (call: Omit<Call, 'outcome'>) => (outcome: status) => void
}

type Moment = 'begun' | 'ended'

/** Somebody who waits until a call of a kind has begun or ended so many times more. */
interface Waiting {
  readonly moment: Moment
  readonly wanted: (call: Call) => boolean
  readonly latch: Latch<Call>
  left: number
}

const limit = 100_000

/** An empty log. It keeps the last hundred thousand calls. */
export const makeCalls = (): CallLog => {
  let log: Array<{ -readonly [K in keyof Call]: Call[K] }> = []
  const waiting = new Set<Waiting>()
  const notice = (moment: Moment, entry: Call): void => {
    for (const waiter of waiting) {
      if (waiter.moment !== moment || !waiter.wanted(entry)) continue
      waiter.left -= 1
      if (waiter.left > 0) continue
      waiting.delete(waiter)
      waiter.latch.open({ ...entry })
    }
  }
  const matching = (call: string, id: string | undefined): (entry: Call) => boolean => {
    const full = fullCall(call)
    return (entry) => entry.call === full && (id === undefined || entry.id === id)
  }
  const wait = (moment: Moment, wanted: (call: Call) => boolean, n: number): Promise<Call> => {
    const sofar = log.filter((entry) => wanted(entry) && (moment === 'begun' || entry.outcome !== undefined))
    const found = sofar[n - 1]
    if (found !== undefined) return Promise.resolve({ ...found })
    const waiter: Waiting = { moment, wanted, latch: latch(), left: n - sofar.length }
    waiting.add(waiter)
    return waiter.latch.promise
  }
  return {
    all: () => log.map((entry) => ({ ...entry })),
    count: (call, id) => log.filter(matching(call, id)).length,
    clear: () => {
      log = []
    },
    called: (call, id, n = 1) => wait('begun', matching(call, id), n),
    answered: (call, id, n = 1) => wait('ended', matching(call, id), n),
    begin: ({ call, namespace, id, execId, request }) => {
      const entry = { call, namespace, id, execId, request, outcome: undefined as status | undefined }
      log.push(entry)
      if (log.length > limit) log.shift()
      notice('begun', entry)
      return (outcome) => {
        if (entry.outcome !== undefined) return
        entry.outcome = outcome
        notice('ended', entry)
      }
    },
  }
}
