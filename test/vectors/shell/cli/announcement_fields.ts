/** What `--log json` promises of a finished handling. */
import assert from 'node:assert/strict'
import { type Announcement, millis, type Nanos, nanos } from '../../../../core/index.ts'
import { announcementFields } from '../../../../shell/cli/announcement_fields.ts'
import type { Vector } from '../../../support/property.ts'

const announcement = (exitedAt: Nanos): Announcement => ({
  _tag: 'Announcement',
  seq: 12,
  type: 'CONTAINER_STOPPED',
  run: { namespace: 'ci', id: 'web', pid: 42, generation: 2 },
  sandboxId: 'pod',
  exitCode: 137,
  exitedAt,
  reason: 'OOMKilled',
  attempts: 3,
  handlingMs: 15,
  at: millis(5),
})

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'announcement_fields: exactly the promised fields, in their order',
    run: () => {
      const fields = announcementFields(announcement(nanos(1_700_000_000_000_000_001n)))
      assert.deepEqual(Object.keys(fields), [
        'namespace',
        'id',
        'pid',
        'generation',
        'exitCode',
        'exitedAt',
        'reason',
        'attempts',
        'handlingMs',
        'seq',
      ])
      assert.deepEqual(fields, {
        namespace: 'ci',
        id: 'web',
        pid: 42,
        generation: 2,
        exitCode: 137,
        exitedAt: '2023-11-14T22:13:20.000000001Z',
        reason: 'OOMKilled',
        attempts: 3,
        handlingMs: 15,
        seq: 12,
      })
    },
  },
  {
    name: 'announcement_fields: the time keeps all nine digits, from the first nanosecond to the last that containerd can tell',
    run: () => {
      const at = (value: bigint): unknown => announcementFields(announcement(nanos(value)))['exitedAt']
      assert.equal(at(1n), '1970-01-01T00:00:00.000000001Z')
      assert.equal(at(1_700_000_000_999_999_999n), '2023-11-14T22:13:20.999999999Z')
      assert.equal(at(253_402_300_799_999_999_999n), '9999-12-31T23:59:59.999999999Z')
      assert.equal(at(-1n), '1969-12-31T23:59:59.999999999Z')
      assert.equal(at(-1_000_000_000n), '1969-12-31T23:59:59.000000000Z')
      assert.equal(at(-9_223_372_036_854_775_808n), '1677-09-21T00:12:43.145224192Z')
    },
  },
]
