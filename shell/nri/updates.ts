/**
 * What plugins ask to be changed, in an answer or by themselves: handed to the runtime in the order in which it was asked, and said
 * aloud where it could not be done.
 *
 * @module
 */
import type { Log } from '../log.ts'
import { inOrder } from './turns.ts'
import { shown } from '../ttrpc/status.ts'
import type { ContainerUpdate, FailedUpdate, NriWorld } from './world.ts'

export interface Updates {
  /** Gives what could not be done. */
  readonly apply: (plugin: string, updates: ReadonlyArray<ContainerUpdate>) => Promise<ReadonlyArray<FailedUpdate>>
}

export const makeUpdates = (world: Promise<NriWorld>, log: Log): Updates => {
  const turns = inOrder()
  return {
    apply: (plugin, updates) =>
      updates.length === 0 ? Promise.resolve([]) : turns('all', async () => {
        const failed = await (await world).update(updates)()
        for (const { update, reason } of failed) {
          const say = update.ignoreFailure ? log.debug : log.warn
          say('cannot change a container as an NRI plugin asked', { plugin, id: shown(update.containerId), error: reason })
        }
        return failed
      }),
  }
}
