/**
 * When to strike: not after a time, but at the n-th thing of a kind that is seen to happen, both drawn from the seed. A call is struck
 * before it reaches containerd, an answer before it reaches the reaper, a row and a line after they were written, an event when a second
 * subscriber hears it.
 */
import { existsSync, type FSWatcher, watch } from 'node:fs'
import type { Random } from '../sim/random.ts'

export type Kind = 'call' | 'answer' | 'row' | 'line' | 'event'

export interface Moment {
  readonly kind: Kind
  readonly n: number
}

/** So many of each kind pass when one batch is handled and nobody strikes; learnt from the life before. */
export type Span = Readonly<Record<Kind, number>>

export const drawMoment = (random: Random, span: Span, kinds: readonly [Kind, ...ReadonlyArray<Kind>]): Moment => {
  const kind = random.pick(kinds)
  return { kind, n: random.int(1, Math.max(1, span[kind])) }
}

export const inWords = ({ kind, n }: Moment): string => `${kind} ${n}`

/** Where calls and answers, or events, are seen to pass: it hears of each until the function that is answered is called. */
export type Passage = (hear: (kind: Kind) => void) => () => void

/** Counts what happens in a life; `strike` is called once, in the very turn in which the moment is seen. */
export interface Watch {
  /** Something of a kind that others see: a line. */
  readonly saw: (kind: Kind) => void
  /** Begins to watch the rows, as soon as there is a store. */
  readonly watchRows: (folder: string) => void
  readonly counts: () => Span
  readonly hasStruck: () => boolean
  readonly stop: () => void
}

export const watchFor = (passage: Passage, moment: Moment | undefined, strike: () => void): Watch => {
  const counts = { call: 0, answer: 0, row: 0, line: 0, event: 0 }
  let struck = false
  let rows: FSWatcher | undefined
  const saw = (kind: Kind): void => {
    counts[kind] += 1
    if (struck || moment === undefined || kind !== moment.kind || counts[kind] < moment.n) return
    struck = true
    strike()
  }
  const leave = passage(saw)
  return {
    saw,
    watchRows: (folder) => {
      if (rows !== undefined || !existsSync(folder)) return
      rows = watch(folder, (_, name) => name?.endsWith('.log') === true && saw('row'))
    },
    counts: () => ({ ...counts }),
    hasStruck: () => struck,
    stop: () => {
      leave()
      rows?.close()
    },
  }
}
