/** One line for the whole state. @module */
import { inHandling } from '../container/phase.ts'
import type { State } from '../state.ts'
import { entries, size } from '../table.ts'
import { count } from './words.ts'

/**
 * How much there is of everything. Looks at every container, so it is for people who ask, not for every event.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { describeState, initial } from 'containerd-reaper/core'
 *
 * assert.equal(describeState(initial('boot-1')), '0 containers, 0 in handling, 0 slots taken, 0 sandboxes, 0 images, next seq=1')
 * ```
 */
export const describeState = ({ containers, sandboxes, images, slots, nextSeq }: State): string => {
  const handled = entries(containers).flatMap(([, { runs }]) => runs.filter(({ phase }) => inHandling(phase)))
  return [
    count(size(containers), 'container'),
    `${handled.length} in handling`,
    `${count(slots.inFlight, 'slot')} taken`,
    count(size(sandboxes), 'sandbox', 'sandboxes'),
    count(size(images), 'image'),
    `next seq=${nextSeq}`,
  ].join(', ')
}
