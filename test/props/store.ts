/** The durable store: what retention leaves tells the same of what is open, and any sequence of appends, restarts and failures keeps what was acknowledged. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { entries, type ReaperRecord, replayRecords, type RunRecord, type State } from '../../core/index.ts'
import { makeLedger } from '../../shell/store/ledger.ts'
import { inScratch, loaded, opened, saboteur } from '../shell/store/scratch.ts'
import { anyLog, anyRecord } from '../support/arbitrary_records.ts'
import type { Prop } from '../support/property.ts'

const rowsOf = (records: ReadonlyArray<ReaperRecord>): ReadonlyArray<{ row: number; record: ReaperRecord; bytes: number }> =>
  records.map((record, place) => ({ row: place + 1, record, bytes: 100 }))

const told = ({ nextSeq, lastForgotten, containers, sandboxes }: State): unknown => ({
  nextSeq,
  lastForgotten,
  containers: entries(containers),
  sandboxes: entries(sandboxes),
})

const anyRetention = fc.record({
  maxAgeMs: fc.oneof(fc.constantFrom(0, Infinity), fc.maxSafeNat()),
  maxBytes: fc.oneof(fc.constantFrom(0, 500, Infinity), fc.nat(2_000)),
})

const isOpen = (record: ReaperRecord): record is RunRecord => record._tag === 'RunRecord' && record.standing !== 'closed'

/** What the container's next generation is counted from. */
const countedFrom = (state: State, key: string): number => {
  const found = entries(state.containers).find(([other]) => other === key)
  return found === undefined ? state.lastForgotten : found[1].lastGeneration
}

type Move =
  | { readonly _tag: 'Append'; readonly records: ReadonlyArray<ReaperRecord> }
  | { readonly _tag: 'Together'; readonly batches: ReadonlyArray<ReadonlyArray<ReaperRecord>> }
  | { readonly _tag: 'Fail'; readonly late: boolean; readonly records: ReadonlyArray<ReaperRecord> }
  | { readonly _tag: 'Restart' }

const batch = fc.array(anyRecord, { maxLength: 3 })
const anyMove: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ _tag: fc.constant('Append' as const), records: batch }),
  fc.record({ _tag: fc.constant('Together' as const), batches: fc.array(batch, { maxLength: 4 }) }),
  fc.record({ _tag: fc.constant('Fail' as const), late: fc.boolean(), records: fc.array(anyRecord, { minLength: 1, maxLength: 3 }) }),
  fc.record({ _tag: fc.constant('Restart' as const) }),
)

export const props: ReadonlyArray<Prop> = [
  {
    name: 'store: leaving out what newer rows have replaced changes nothing of what a log tells',
    property: fc.property(anyLog, (log) => {
      const kept = makeLedger(rowsOf(log)).keep({ maxAgeMs: Infinity, maxBytes: Infinity }, 0, 0)
      const left = [...log.filter((_, place) => kept.rows.includes(place + 1)), ...kept.standIns]
      assert.deepEqual(told(replayRecords('boot', left)), told(replayRecords('boot', log)))
    }),
    runs: 300,
  },
  {
    name: 'store: whatever retention says, open runs stay, numbers go on, and no generation is given out again',
    property: fc.property(anyLog, anyRetention, fc.nat(30), fc.maxSafeNat(), (log, retention, acknowledged, now) => {
      const kept = makeLedger(rowsOf(log)).keep(retention, acknowledged, now)
      const left = [...log.filter((_, place) => kept.rows.includes(place + 1)), ...kept.standIns]
      const [before, after] = [replayRecords('boot', log), replayRecords('boot', left)]
      assert.equal(after.nextSeq, before.nextSeq)
      const live = log.filter((_, place) =>
        makeLedger(rowsOf(log)).keep({ maxAgeMs: Infinity, maxBytes: Infinity }, 0, 0).rows.includes(place + 1)
      )
      for (const record of live) if (isOpen(record)) assert.ok(left.includes(record))
      for (const [key, { lastGeneration }] of entries(before.containers)) assert.ok(countedFrom(after, key) >= lastGeneration)
      assert.ok(after.lastForgotten >= before.lastForgotten)
    }),
    runs: 300,
  },
  {
    name: 'store: after any appends, failures and restarts exactly what was acknowledged is there, in order',
    property: fc.asyncProperty(fc.array(anyMove, { maxLength: 8 }), (moves) =>
      inScratch(async (dir) => {
        const disk = saboteur()
        const acknowledged: Array<ReaperRecord> = []
        const retention = { maxAgeMs: Infinity }
        let store = await opened(dir, { openTable: disk.openTable, retention })
        for (const move of moves) {
          switch (move._tag) {
            case 'Append':
              assert.deepEqual(await store.append(move.records)(), E.right(undefined))
              acknowledged.push(...move.records)
              break
            case 'Together':
              for (const done of await Promise.all(move.batches.map((records) => store.append(records)()))) assert.ok(E.isRight(done))
              acknowledged.push(...move.batches.flat())
              break
            case 'Fail':
              disk.failWrites = { error: 'IO error', late: move.late }
              assert.ok(E.isLeft(await store.append(move.records)()))
              disk.failWrites = undefined
              // It takes the failed rows back by itself once it may write.
              assert.deepEqual(await store.append([])(), E.right(undefined))
              break
            case 'Restart':
              await store.close()()
              store = await opened(dir, { openTable: disk.openTable, retention })
          }
        }
        await store.close()()
        const last = await opened(dir, { retention })
        assert.deepEqual(await loaded(last), acknowledged)
        await last.close()()
      })),
    runs: 12,
  },
]
