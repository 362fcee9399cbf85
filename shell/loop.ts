/**
 * The one-event rule: take one event, step, start all its effects, take the next. The state is the only mutable variable that
 * matters, and this is the only place that may assign it.
 *
 * No effect is ever waited for here: one hung delete would stop every exit on the host.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as T from 'fp-ts/lib/Task.js'
import { type Effect, type ReaperEvent, type State, step } from '../core/index.ts'
import type { Env } from './env.ts'
import { interpret } from './interpret/interpret.ts'
import type { Mailbox } from './mailbox.ts'

export interface Loop {
  /** Runs until the mailbox is closed and read empty; gives the last state. */
  readonly run: T.Task<State>
  /** The state as it is now. */
  readonly state: () => State
  /** Ends when no event is left to take and no write or destructive call is in flight. */
  readonly settled: T.Task<void>
}

/**
 * Effects that a shutdown lets finish: writes, what destroys, and the count of OOM kills, for which the writing down of an exit waits.
 * Waits, timers and other reads it gives up: the next start begins with new ones.
 */
const isWorthWaitingFor = ({ _tag }: Effect): boolean =>
  _tag === 'Persist' || _tag === 'KillTask' || _tag === 'DeleteTask' || _tag === 'CleanUpTask' || _tag === 'DrainIo' ||
  _tag === 'NotifyNriExit' || _tag === 'ReadOomKills'

/** Sees every event, what the machine asked for in return, and its state after and before. Must neither throw nor wait. */
export type Trace = (event: ReaperEvent, effects: ReadonlyArray<Effect>, after: State, before: State) => void

/** `owed`: what a restart left to be done, started before the first event. */
export const makeLoop = (env: Env, mailbox: Mailbox<ReaperEvent>, start: State, owed: ReadonlyArray<Effect>, trace?: Trace): Loop => {
  const react = step(env.policy)
  let state = start
  let busy = 0
  let whenSettled: ReadonlyArray<() => void> = []

  const lookWhetherSettled = (): void => {
    if (busy > 0 || mailbox.size() > 0) return
    const waiting = whenSettled
    whenSettled = []
    for (const resolve of waiting) resolve()
  }

  const perform = async (effect: Effect): Promise<void> => {
    const weight = isWorthWaitingFor(effect) ? 1 : 0
    busy += weight
    const answered = await interpret(effect)(env)()
    // An answer is posted without waiting for room: there are only as many of those as the core has asked for.
    if (E.isRight(answered)) { for (const event of answered.right) void mailbox.post(event) }
    busy -= weight
    lookWhetherSettled()
  }
  // They start in the order in which they were asked for, so writes of one owner reach the store in that order.
  const performAll = (effects: ReadonlyArray<Effect>): void => effects.forEach((effect) => void perform(effect))

  return {
    run: async () => {
      performAll(owed)
      for await (const event of mailbox.events) {
        const [next, effects] = react(event, state)
        const before = state
        state = next
        trace?.(event, effects, next, before)
        performAll(effects)
        lookWhetherSettled()
      }
      return state
    },
    state: () => state,
    settled: () =>
      new Promise((resolve) => {
        whenSettled = [...whenSettled, resolve]
        lookWhetherSettled()
      }),
  }
}
