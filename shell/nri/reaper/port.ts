/**
 * What the reaper asks of NRI: tell of a run that ended, and watch the machine for what else plugins want to hear of. Types only.
 *
 * @module
 */
import type * as T from 'fp-ts/lib/Task.js'
import type { Effect, ReaperEvent, RunId, State } from '../../../core/index.ts'
import type { Told } from '../host.ts'
import type { NriWorld } from '../world.ts'

export interface NriPort {
  /**
   * Tells plugins that the run ended, once in the life of this process however often it is asked. Takes one request's time at most,
   * the reading of what is told included.
   */
  readonly exited: (run: RunId) => T.Task<Told>
  /** Called with every event of the machine, what it led to, and the state after it. Neither throws nor waits. */
  readonly observe: (event: ReaperEvent, effects: ReadonlyArray<Effect>, state: State) => void
  /** What plugins are synchronised with, and who changes resources for them. */
  readonly world: NriWorld
}
