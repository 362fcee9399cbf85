/** The checkers of one world, in the order in which they look. */
import type { Checker, View } from '../hooks.ts'
import type { TrueRun } from '../truth.ts'
import { bestExitOnce } from './best_exit.ts'
import { everythingConverges, nothingIsLeft } from './convergence.ts'
import { handsOff, noFalseExit } from './hands_off.ts'
import { soundState } from './machine_state.ts'
import { oneCallPerContainer } from './one_call.ts'
import { orderPerContainer } from './order.ts'
import { neverAnotherRun } from './other_runs.ts'
import { imagesAreKnown, sandboxOnce } from './others.ts'
import { ioClosed, nriOnce, oomIsTheReason } from './side_steps.ts'
import { hungDelaysNobody } from './slots.ts'
import { writeBeforeAnnounce, writeBeforeDelete } from './write_first.ts'

export const checkersOf = (view: View): ReadonlyArray<Checker> => {
  /** Runs that fell in the check-to-call window: what is known of them is excused. */
  const window = new Set<TrueRun>()
  /** Runs whose STOPPED is on disk, with its number. */
  const announced = new Map<TrueRun, number>()
  return [
    soundState(view),
    writeBeforeDelete(view),
    writeBeforeAnnounce(view),
    noFalseExit(view, announced),
    bestExitOnce(view, window, announced),
    neverAnotherRun(view, window),
    oneCallPerContainer(view),
    hungDelaysNobody(view),
    orderPerContainer(view),
    handsOff(view),
    nriOnce(view),
    ioClosed(view),
    oomIsTheReason(view),
    sandboxOnce(view),
    imagesAreKnown(view),
    nothingIsLeft(view),
    everythingConverges(view, window, announced),
  ]
}
