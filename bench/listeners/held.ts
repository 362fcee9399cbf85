/** What is kept in memory for listeners after many events, with and without one that never reads. */
import process from 'node:process'
import v8 from 'node:v8'
import vm from 'node:vm'
import { withCri } from '../../test/support/cri/served.ts'

export interface HeldBytes {
  readonly stalled: number
  readonly events: number
  readonly before: number
  readonly after: number
}

v8.setFlagsFromString('--expose-gc')
const collect = vm.runInNewContext('gc') as () => void

const heap = async (): Promise<number> => {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** So many events of containers that come and go, to one listener that reads, and to so many that do not. */
export const held = async (stalled: number, events: number): Promise<HeldBytes> => {
  let found: HeldBytes | undefined
  await withCri(async (served) => {
    const reading = await served.subscribe()
    for (let n = 0; n < stalled; n++) (await served.subscribe()).stream.pause()
    const live = async (from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n++) {
        await served.live(`c${n}`, 0, { labels: { team: 'platform', tier: 'backend' }, image: 'registry.example.com/team/worker:1.2.3' })
        served.remove(`c${n}`)
        if (n % 100 === 99) await reading.events(4 * (n + 1))
      }
      await reading.events(4 * to)
      // What the listener itself has kept of them is not what is measured.
      for (const event of reading.heard) Object.assign(event, { bytes: new Map(), statuses: [] })
    }
    const warm = 500
    await live(0, warm)
    const before = await heap()
    await live(warm, warm + events / 4)
    found = { stalled, events, before, after: await heap() }
  }, { limits: { capacity: 1_000 } })
  if (found === undefined) throw new Error('Cannot measure: nothing was told')
  return found
}
