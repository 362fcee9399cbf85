/**
 * Bursts on the embedded containerd before anything is measured. Compiling what has just begun to run costs more than running it, and a
 * reaper that has been up for some hours is what others have beside their containerd; bare deletes share most of what is compiled here.
 */
import { startEmbeddedContainerd } from '../../shell/embedded/index.ts'
import { atOnce } from './at_once.ts'
import type { Contestant } from './contestants.ts'

/** After about as many of a hundred exits each, a further burst takes no less of the processor. */
export const warmUpBursts = 20
const size = 100
const startsAtOnce = 8

export const warmUp = async (contestants: ReadonlyArray<Contestant>): Promise<void> => {
  const namespace = 'bench-warm'
  const embedded = await startEmbeddedContainerd({ namespace })
  const ids = Array.from({ length: size }, (_, place) => `warm-${place}`)
  try {
    for (let burst = 0; burst < warmUpBursts; burst += 1) {
      for (const contestant of contestants) {
        await atOnce(startsAtOnce, ids, async (id) => {
          await embedded.run({ id, command: ['sleep', '600'] })
        })
        const { done, leave } = await contestant.come(embedded.address, { namespace, ids })
        await atOnce(startsAtOnce, ids, (id) => embedded.kill(id, 'SIGTERM'))
        await done
        await leave()
        await atOnce(startsAtOnce, ids, (id) => embedded.deleteRecord(id))
      }
    }
  } finally {
    await embedded.stop()
  }
}
