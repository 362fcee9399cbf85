/**
 * One contestant in an isolate of its own, so that the garbage of the others is not its business: it is set up once, and then takes its
 * turns when told.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { measure } from 'mitata'
import { fleet } from './fleet.ts'
import { reaper } from './reaper.ts'
import { xstate } from './xstate.ts'
import type { Entry } from './measure.ts'

const isEntry = (data: unknown): data is Entry => typeof data === 'object' && data !== null && 'machine' in data && 'size' in data
const entry: unknown = workerData
if (!isEntry(entry)) throw new Error('Cannot take part: wanted to be told as what, found nothing')
const { machine, size, turnMs } = entry
const members = fleet(size)
const racer = machine === 'xstate' ? xstate(members) : reaper(members)

const turn = async (): Promise<void> => {
  const { avg } = await measure(() => racer.lap(), { gc: false, min_cpu_time: turnMs * 1e6 })
  parentPort?.postMessage(avg / racer.events)
}

parentPort?.on('message', () => void turn())
