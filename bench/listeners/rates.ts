/**
 * How fast announcements reach listeners on the CRI socket, and what a listener that does not read costs the others. Server and clients
 * share a process, as they share the processor on a host: what is measured is both ends.
 */
import { Buffer } from 'node:buffer'
import { Client, type ClientReadableStream, credentials } from '@grpc/grpc-js'
import { type Served, withCri } from '../../test/support/cri/served.ts'
import { waitFor } from '../../test/support/wait_for.ts'

export interface Rate {
  readonly listeners: number
  readonly stalled: number
  /** Announcements a second, until the last listener had the last one. */
  readonly perSecond: number
  /** What the machine itself took of that, ms: the handling that listeners must not hold up. */
  readonly handlingMs: number
}

const same = (bytes: Buffer): Buffer => bytes

interface Counter {
  readonly stream: ClientReadableStream<Buffer>
  readonly close: () => void
  count: number
}

const counter = (path: string): Counter => {
  const client = new Client(`unix:${path}`, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })
  const stream = client.makeServerStreamRequest('/runtime.v1.RuntimeService/GetContainerEvents', same, same, Buffer.alloc(0))
  const made: Counter = { stream, close: () => client.close(), count: 0 }
  stream.on('data', () => void made.count++)
  stream.on('error', () => undefined)
  return made
}

export const rate = async (listeners: number, stalled: number, events: number): Promise<Rate> => {
  let found: Rate | undefined
  await withCri(async (served: Served) => {
    for (let n = 0; n < events; n++) {
      await served.create(`c${n}`)
      served.start(`c${n}`)
    }
    const all = Array.from({ length: listeners + stalled }, () => counter(served.path))
    const reading = all.slice(0, listeners)
    await waitFor(() => served.listeners() === all.length, { what: 'all to be listening' })
    for (const { stream } of all.slice(listeners)) stream.pause()
    // The first to come is told what was before it; all start from the same line.
    await waitFor(() => reading.some(({ count }) => count >= 2 * events) || stalled > 0, {
      what: 'the first to be told',
      timeoutMs: 60_000,
    })
    await quiet(reading)
    const before = reading.map(({ count }) => count)
    const start = performance.now()
    for (let n = 0; n < events; n++) served.exit(`c${n}`, 1)
    const handlingMs = performance.now() - start
    await waitFor(() => reading.every(({ count }, n) => count - (before[n] ?? 0) >= events), {
      what: 'all to be told',
      everyMs: 1,
      timeoutMs: 120_000,
    })
    found = { listeners, stalled, perSecond: events / ((performance.now() - start) / 1_000), handlingMs }
    for (const { close } of all) close()
  })
  if (found === undefined) throw new Error('Cannot measure: nothing was told')
  return found
}

/** Until nothing more comes: what came last was the last. */
const quiet = async (counters: ReadonlyArray<Counter>): Promise<void> => {
  const sum = (): number => counters.reduce((total, { count }) => total + count, 0)
  for (let last = -1, same = 0; same < 5;) {
    await new Promise((resolve) => setTimeout(resolve, 30))
    same = sum() === last ? same + 1 : 0
    last = sum()
  }
}
