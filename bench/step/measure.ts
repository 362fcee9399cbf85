/**
 * Contestants measured in turns. Each round gives every contestant a short turn, so that whatever else the machine does is shared out
 * among them. A turn's figure is a mean, since collecting the garbage of a step is part of its price; a contestant's is the median of its
 * turns, and a ratio is taken within each round, where both met the same conditions.
 */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { median } from '../report.ts'

export interface Entry {
  readonly name: string
  readonly machine: 'reaper' | 'xstate'
  /** Containers it looks after. */
  readonly size: number
  /** Length of one turn, ms. */
  readonly turnMs: number
}

export interface Measured {
  readonly name: string
  /** Nanoseconds an event, in each round. */
  readonly perRound: ReadonlyArray<number>
  readonly ns: number
}

// Compiled it is a .js file; Deno runs the source.
const workerFile = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)

export const measureAll = async (entries: ReadonlyArray<Entry>, rounds: number): Promise<ReadonlyArray<Measured>> => {
  const racers = entries.map((entry) => ({
    name: entry.name,
    worker: new Worker(workerFile, { workerData: entry }),
    perRound: [] as Array<number>,
  }))
  try {
    // Two rounds more than are counted: the first find the code still cold.
    for (let round = -2; round < rounds; round += 1) {
      for (const { worker, perRound } of racers) {
        const ns = await turn(worker)
        if (round >= 0) perRound.push(ns)
      }
    }
  } finally {
    for (const { worker } of racers) await worker.terminate()
  }
  return racers.map(({ name, perRound }) => ({ name, perRound, ns: median(perRound) }))
}

/** Tells a contestant to take its turn; gives the nanoseconds an event. A contestant that fails ends the benchmark. */
const turn = (worker: Worker): Promise<number> =>
  new Promise((resolve, reject) => {
    const settle = (answer: unknown): void => {
      worker.off('error', reject)
      resolve(Number(answer))
    }
    worker.once('message', settle).once('error', reject)
    worker.postMessage('turn')
  })

/** The median of the rounds' ratios. */
export const times = (above: Measured, below: Measured): number =>
  median(above.perRound.map((ns, round) => ns / (below.perRound[round] ?? NaN)))
