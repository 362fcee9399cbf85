/**
 * Many more simulated worlds than fit into a test run, on every processor there is. `SIM_SEEDS` says how many (100,000 by default),
 * `SIM_FROM` which is the first. Ends with one line of what they came to; exit code 1 if any rule was broken.
 */
import { availableParallelism } from 'node:os'
import process from 'node:process'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { complaint, joined, runWorlds, sizeFrom, type Tally, tallyLine } from '../sim/worlds.ts'

const from = sizeFrom('SIM_FROM', 1)
const count = sizeFrom('SIM_SEEDS', 100_000)
const print = (line: string): void => void process.stdout.write(`${line}\n`)
/** Worlds that are handed out at once: also how often there is a sign of life. */
const stride = 2_000

/** One processor's worth: plays the worlds from each seed that it is sent. */
const work = (): void => {
  parentPort?.on('message', (first: number) => parentPort?.postMessage(runWorlds(first, Math.min(first + stride, from + count) - 1)))
}

const lead = async (): Promise<void> => {
  const tallies: Array<Tally> = []
  let next = from
  const started = process.hrtime.bigint()
  const employ = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url))
      const handOut = (): void => {
        if (next >= from + count) return void worker.terminate().then(() => resolve())
        worker.postMessage(next)
        next += stride
      }
      worker.on('error', reject)
      worker.on('message', (tally: Tally) => {
        tallies.push(tally)
        for (const outcome of tally.broken) print(complaint(outcome))
        print(`${tallies.reduce((sum, { worlds }) => sum + worlds, 0)} of ${count} worlds`)
        handOut()
      })
      handOut()
    })
  await Promise.all(Array.from({ length: availableParallelism() }, employ))
  const tally = joined(tallies, Number(process.hrtime.bigint() - started) / 1e9)
  print([...tally.seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([tag, events]) => `${tag} ${events}`).join(', '))
  print(tallyLine(tally))
  if (tally.broken.length > 0) process.exitCode = 1
}

if (isMainThread) await lead()
else work()
