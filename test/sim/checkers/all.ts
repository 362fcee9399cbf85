/** The checkers of one world, in the order in which they look. */
import type { Checker, View } from '../hooks.ts'
import { bestExitOnce } from './best_exit.ts'
import { everythingConverges, nothingIsLeft } from './convergence.ts'
import { criClientsAreTold, eventsInOrder } from './cri.ts'
import { handsOff, noFalseExit } from './hands_off.ts'
import { knowledgeOf } from './knowledge.ts'
import { everyListenerIsTold } from './listeners.ts'
import { soundState } from './machine_state.ts'
import { pluginsDelayNobody, pluginsOncePerRun, pluginsOnEveryPath } from './nri.ts'
import { oneCallPerContainer } from './one_call.ts'
import { orderPerContainer } from './order.ts'
import { neverAnotherRun } from './other_runs.ts'
import { imagesAreKnown, sandboxOnce } from './others.ts'
import { ioClosed, nriOnce, oomIsTheReason } from './side_steps.ts'
import { hungDelaysNobody } from './slots.ts'
import { writeBeforeAnnounce, writeBeforeDelete } from './write_first.ts'

export const checkersOf = (view: View): ReadonlyArray<Checker> => {
  const knowledge = knowledgeOf(view)
  return [
    knowledge.checker,
    soundState(view),
    writeBeforeDelete(view),
    writeBeforeAnnounce(view),
    noFalseExit(knowledge),
    bestExitOnce(knowledge),
    neverAnotherRun(view, knowledge),
    oneCallPerContainer(view),
    hungDelaysNobody(view),
    orderPerContainer(view, knowledge),
    handsOff(view),
    nriOnce(knowledge),
    pluginsOncePerRun(),
    pluginsOnEveryPath(view),
    pluginsDelayNobody(view),
    everyListenerIsTold(),
    eventsInOrder(view),
    criClientsAreTold(view),
    ioClosed(view),
    oomIsTheReason(view),
    sandboxOnce(view),
    imagesAreKnown(view),
    nothingIsLeft(view, knowledge),
    everythingConverges(view, knowledge),
  ]
}
