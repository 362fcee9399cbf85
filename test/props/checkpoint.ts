/** Rows of the log: written and read they are the same, nothing that is read throws, and any prefix of a log gives a state. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  decodeRecord,
  defaultPolicy,
  encodeRecord,
  entries,
  millis,
  type ReaperRecord,
  replayRecords,
  resume,
  violations,
} from '../../core/index.ts'
import { anyMoves, playMoves } from '../support/arbitrary_history.ts'
import { anyLog, anyRecord } from '../support/arbitrary_records.ts'
import type { Prop } from '../support/property.ts'

/** A row in which one field, at any depth, is something else. */
const damaged = fc.tuple(anyRecord, fc.jsonValue(), fc.nat(30)).map(([record, value, place]) => {
  let count = 0
  return JSON.parse(JSON.stringify(encodeRecord(record)), (_, field: unknown) => (count++ === place ? value : field)) as unknown
})

export const props: ReadonlyArray<Prop> = [
  {
    name: 'a row of the log that was written and read is the same row',
    property: fc.property(anyRecord, (record) => {
      assert.deepEqual(decodeRecord(JSON.parse(JSON.stringify(encodeRecord(record)))), { _tag: 'Right', right: record })
    }),
    runs: 300,
  },
  {
    name: 'whatever is read as a row is one, or is refused in lines that name it',
    property: fc.property(fc.oneof(fc.jsonValue(), damaged, fc.anything()), (json) => {
      const found = decodeRecord(json, 'row 7')
      if (found._tag === 'Right') assert.deepEqual(decodeRecord(encodeRecord(found.right)), found)
      else {
        assert.ok(found.left.problems.length > 0)
        for (const problem of found.left.problems) assert.match(problem, /^(Cannot read row 7|and \d+ more)/)
      }
    }),
    runs: 500,
  },
  {
    name: 'any log, cut anywhere, gives a state that breaks no promise, announces nothing twice and can be resumed',
    property: fc.property(anyLog, fc.nat(20), (records, length) => {
      const prefix = records.slice(0, length)
      const state = replayRecords('boot-1', prefix)
      assert.deepEqual(violations(defaultPolicy)(state), [])
      for (const row of prefix) if (row._tag === 'Announcement') assert.ok(row.seq < state.nextSeq)
      resume(defaultPolicy)(state, millis(0))
    }),
  },
  {
    name: 'a log that the machine wrote, cut anywhere, gives back every exit that was on disk and not yet over',
    property: fc.property(anyMoves, fc.nat(60), (moves, length) => {
      const written = playMoves(defaultPolicy, moves).flatMap(({ effects }): ReadonlyArray<ReaperRecord> =>
        effects.flatMap((effect) => (effect._tag === 'Persist' ? effect.records : []))
      ).slice(0, length)
      const state = replayRecords('boot-1', written)
      assert.deepEqual(violations(defaultPolicy)(state), [])
      const open = new Map<string, number>()
      for (const row of written) {
        if (row._tag !== 'RunRecord' && row._tag !== 'RunDropped') continue
        const run = `${row.run.namespace}/${row.run.id} ${row.run.generation}`
        if (row._tag === 'RunRecord' && row.standing === 'open' && row.exit !== undefined) open.set(run, row.exit.code)
        else open.delete(run)
      }
      const resumed = entries(state.containers).flatMap(([key, { runs }]) =>
        runs.flatMap(({ id, phase }): ReadonlyArray<readonly [string, number]> =>
          phase._tag === 'BackingOff' || phase._tag === 'Recorded' ? [[`${key} ${id.generation}`, phase.handling.exit.code]] : []
        )
      )
      assert.deepEqual(new Map(resumed), open)
    }),
  },
]
