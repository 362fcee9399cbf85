/** Rule 8: STOPPED of one container come in the order of its runs, on disk and to listeners, through back-off and restart. */
import type { ContainerKey } from '../../../core/index.ts'
import type { Checker, View } from '../hooks.ts'
import { broken } from '../hooks.ts'
import { isStopped, keyOfRun, runText } from './support.ts'

const rule = '8 order per container'

export const orderPerContainer = (_view: View): Checker => {
  const newest = new Map<ContainerKey, number>()
  const heard = new Map<ContainerKey, number>()
  let lastReleased = 0
  return {
    durable: (records) => {
      for (const record of records) {
        if (!isStopped(record)) continue
        const key = keyOfRun(record.run)
        const before = newest.get(key) ?? 0
        if (record.run.generation < before) broken(rule, `${runText(record)} announced after generation ${before}`)
        newest.set(key, record.run.generation)
      }
    },
    released: (announcement) => {
      const key = keyOfRun(announcement.run)
      const before = heard.get(key) ?? 0
      if (isStopped(announcement) && announcement.run.generation < before) {
        broken(rule, `${runText(announcement)} told after generation ${before}`)
      }
      if (isStopped(announcement)) heard.set(key, Math.max(before, announcement.run.generation))
      if (announcement.seq < lastReleased) broken(rule, `seq=${announcement.seq} told after seq=${lastReleased}`)
      lastReleased = announcement.seq
    },
  }
}
