/**
 * Rule 8: STOPPED of one container come in the order of its runs, on disk and to listeners, through back-off and restart. A run of which
 * nothing was known before a later one was announced cannot come first any more, and of two that were learnt of in the wrong order the
 * generations are in that order too.
 */
import type { ContainerKey } from '../../../core/index.ts'
import type { Checker, View } from '../hooks.ts'
import { broken } from '../hooks.ts'
import type { TrueRun } from '../truth.ts'
import { describeTruth } from '../truth.ts'
import type { Knowledge } from './knowledge.ts'
import { isStopped, keyOfRun } from './support.ts'

const rule = '8 order per container'

export const orderPerContainer = (view: View, { attribute, followedSince }: Knowledge): Checker => {
  const last = new Map<ContainerKey, { readonly run: TrueRun; readonly generation: number; readonly askedAt: number }>()
  let lastReleased = 0
  return {
    asked: (effect) => {
      if (effect._tag !== 'Persist') return
      for (const record of effect.records) {
        if (!isStopped(record)) continue
        const key = keyOfRun(record.run)
        const run = attribute(record)
        const before = last.get(key)
        const since = run === undefined ? undefined : followedSince(run)
        if (run === undefined) continue
        const isEarlier = before !== undefined && before.run.serial > run.serial && before.generation > record.run.generation
        if (isEarlier && since !== undefined && since < before.askedAt) {
          broken(rule, `${describeTruth(run)} announced after ${describeTruth(before.run)}`)
        }
        last.set(key, { run, generation: record.run.generation, askedAt: view.now() })
      }
    },
    crashed: () => {
      last.clear()
    },
    released: ({ seq }) => {
      if (seq < lastReleased) broken(rule, `seq=${seq} told after seq=${lastReleased}`)
      lastReleased = seq
    },
  }
}
