/**
 * What a running container costs in memory: one open Wait, its place in the state, and its row in the durable store. On the stand-in containerd, with the reaper in a
 * process of its own, beside a reaper that has nothing to look after.
 */
import { fork } from 'node:child_process'
import { extname } from 'node:path'
import { startEmbeddedContainerd } from '../shell/embedded/index.ts'
import { median, type Report } from './report.ts'
import { atOnce } from './burst/at_once.ts'
import { isWeight, type Weight } from './waits/weight.ts'

const size = 1_000
const rounds = 3
const childFile = new URL(`./waits/child${extname(import.meta.url)}`, import.meta.url)

export const benchWaits = async (): Promise<Report> => {
  const stand = await startEmbeddedContainerd()
  try {
    const ids = Array.from({ length: size }, (_, place) => `job-${place}`)
    await atOnce(8, ids, async (id) => {
      await stand.run({ namespace: 'busy', id, command: ['sleep', '3600'] })
    })
    const idle: Array<Weight> = []
    const busy: Array<Weight> = []
    for (let round = 0; round < rounds; round += 1) {
      idle.push(await weigh(stand.address, 'idle', 0))
      busy.push(await weigh(stand.address, 'busy', size))
    }
    const row = (name: string, of: (weight: Weight) => number): ReadonlyArray<string> => {
      const [without, withAll] = [median(idle.map(of)), median(busy.map(of))]
      return [name, megabytes(without), megabytes(withAll), ((withAll - without) / size / 1_000).toFixed(1)]
    }
    return {
      title: 'waits: memory of a running container',
      method:
        `A reaper with ${
          size.toLocaleString('en')
        } running containers beside one without any, each in a process of its own, with a durable store, on ` +
        `the embedded containerd; after a collection of garbage; median of ${rounds} processes each.`,
      tables: [{
        head: ['', 'without, MB', 'with, MB', 'kB a container'],
        rows: [row('heap and buffers', ({ heap }) => heap), row('resident', ({ rss }) => rss)],
      }],
      bars: [],
    }
  } finally {
    await stand.stop()
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)

const weigh = (address: string, namespace: string, running: number): Promise<Weight> =>
  new Promise((resolve, reject) => {
    const child = fork(childFile, [address, namespace, String(running)], { execArgv: ['--expose-gc'] })
    child.once('message', (weight) => isWeight(weight) ? resolve(weight) : reject(new Error('Cannot weigh: wanted two numbers')))
    child.once('exit', (code) => reject(new Error(`Cannot weigh: the process ended with ${String(code)} before it had an answer`)))
  })
