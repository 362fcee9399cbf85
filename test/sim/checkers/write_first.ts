/** Rules 1 and 2: nothing destructive before the exit that the machine goes by is on disk, and nobody hears of STOPPED before it is. */
import type { Checker, View } from '../hooks.ts'
import { broken } from '../hooks.ts'
import { exitOf, isStopped, rowBook, rowOf, runOfCall, runText, sameExit } from './support.ts'

export const writeBeforeDelete = (_view: View): Checker => {
  const rule = '1 write before delete'
  const book = rowBook()
  return {
    durable: book.take,
    asked: (effect, after) => {
      if (effect._tag !== 'KillTask' && effect._tag !== 'DeleteTask' && effect._tag !== 'CleanUpTask') return
      const run = runOfCall(after, effect.container, effect.call)
      if (run === undefined) return broken(rule, `${effect._tag} ${effect.container} belongs to no run`)
      const known = exitOf(run.phase)
      const row = book.get(effect.container, run.id.generation)
      // A row of an earlier boot says by itself that its run has ended, and nobody can say how.
      if (row !== undefined && row.exit === undefined && run.formerBoot === true && known?.rank === 'inferred') return
      if (row?.exit === undefined) return broken(rule, `${effect._tag} for ${runText({ run: run.id })} and no exit on disk`)
      if (known !== undefined && !sameExit(row.exit, known)) {
        broken(
          rule,
          `${effect._tag} for ${
            runText({ run: run.id })
          }: exit ${row.exit.code} ${row.exit.rank} on disk, ${known.code} ${known.rank} known`,
        )
      }
    },
  }
}

export const writeBeforeAnnounce = (_view: View): Checker => {
  const rule = '2 write before announce'
  let onDisk = new Set<number>()
  let lastSeq = 0
  return {
    asked: (effect) => {
      if (effect._tag === 'SignalStopped' || effect._tag === 'EmitContainerEvent') broken(rule, `${effect._tag} outside a write`)
      if (effect._tag !== 'Persist') return
      for (const { announcement } of effect.release) {
        if (!effect.records.includes(announcement)) broken(rule, `released and not written: seq=${announcement.seq}`)
      }
      for (const record of effect.records) {
        if (!isStopped(record)) continue
        const row = rowOf(effect.records, record)
        if (row === undefined || row.standing === 'open' || row.exit === undefined) {
          return broken(rule, `STOPPED of ${runText(record)} without its status in the same write`)
        }
        if (row.exit.code !== record.exitCode || row.exit.at !== record.exitedAt) {
          broken(rule, `STOPPED and status differ: ${runText(record)}`)
        }
        if (!effect.release.some((it) => it.announcement === record)) broken(rule, `STOPPED written and not released: ${runText(record)}`)
      }
    },
    durable: (records) => {
      for (const record of records) {
        if (record._tag !== 'Announcement') continue
        if (record.seq <= lastSeq) broken(rule, `seq=${record.seq} written after seq=${lastSeq}`)
        lastSeq = record.seq
        onDisk.add(record.seq)
      }
    },
    released: ({ seq }) => {
      if (!onDisk.has(seq)) broken(rule, `seq=${seq} released and not on disk`)
    },
    crashed: () => {
      onDisk = new Set(onDisk)
    },
  }
}
