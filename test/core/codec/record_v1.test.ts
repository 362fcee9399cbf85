import t from 'tap'
import { RecordV1 } from '../../../core/codec/record_v1.ts'

const run = { namespace: 'ci', id: 'web-1', pid: 42, generation: 1 }
const said = {
  _tag: 'Announcement',
  seq: 7,
  type: 'CONTAINER_STOPPED',
  run,
  sandboxId: 'pod-1',
  exitCode: 4_294_967_295,
  exitedAt: '-9223372036854775808',
  reason: 'Unknown',
  attempts: 1,
  handlingMs: 0.5,
  at: 9,
}
const isRefused = (row: unknown): boolean => RecordV1.decode(row)._tag === 'Left'

t.test('each kind of row is read as itself', async (t) => {
  t.match(RecordV1.decode(said), { right: { _tag: 'Announcement', exitedAt: -9_223_372_036_854_775_808n } })
  t.match(RecordV1.decode({ _tag: 'RunDropped', run }), { right: { _tag: 'RunDropped', run } })
})

t.test('numbers have bounds', async (t) => {
  for (
    const wrong of [{ seq: 0 }, { seq: 1.5 }, { exitCode: -1 }, { exitCode: 2 ** 32 }, { attempts: 0 }, { handlingMs: -1 }, {
      exitedAt: '-62135596800000000000',
    }]
  ) {
    t.ok(isRefused({ ...said, ...wrong }), JSON.stringify(wrong))
  }
  for (const wrong of [{ pid: -1 }, { generation: 0 }, { namespace: 'a/b' }, { id: 3 }]) {
    t.ok(isRefused({ ...said, run: { ...run, ...wrong } }))
  }
})

t.test('words are these and no others', async (t) => {
  for (const wrong of [{ type: 'CONTAINER_GONE' }, { reason: 'Bored' }, { _tag: 'toString' }]) t.ok(isRefused({ ...said, ...wrong }))
})
