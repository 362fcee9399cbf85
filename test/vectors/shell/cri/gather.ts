/** W25: what a burst of exits in one pod costs on the wire, and that nothing is dropped for it. */
import assert from 'node:assert/strict'
import { withCri } from '../../../support/cri/served.ts'
import type { Vector } from '../../../support/property.ts'
import { virtualClock } from '../../../support/virtual_clock.ts'

interface Burst {
  readonly pod: number
  readonly everyMs: number
}

/** A pod's containers all exit; gives what one listener was sent, in bytes. */
const burst = async ({ pod, everyMs }: Burst): Promise<number> => {
  const clock = virtualClock()
  let bytes = 0
  await withCri(async (served) => {
    const ids = Array.from({ length: pod }, (_, n) => `c${n}`)
    for (const id of ids) {
      await served.create(id, { pod: 'p', labels: { team: 'platform', tier: 'backend' }, image: 'docker.io/library/web:1' })
    }
    for (const id of ids) served.start(id)
    await clock.advance(60_000)
    const listener = await served.subscribe()
    await listener.events(2 * pod)
    listener.stream.on('data', () => undefined)
    const start = listener.heard.length
    for (const id of ids) {
      served.exit(id, 1)
      await clock.advance(everyMs)
    }
    await clock.advance(1_000)
    const heard = (await listener.events(start + pod)).slice(start)

    assert.deepEqual(heard.map(({ id, type }) => `${id} ${type}`), ids.map((id) => `${id} STOPPED`), 'no event is dropped')
    for (const { id, statuses } of heard) assert.ok(statuses.includes(`${id}:EXITED:1:Error`), `${id} tells how it ended`)
    const last = heard.at(-1)
    assert.equal(last?.pod, 'p')
    assert.deepEqual(last.statuses, ids.map((id) => `${id}:EXITED:1:Error`), 'the last one has the whole pod')
    for (const { pod: shown, statuses } of heard) {
      // What has the pod's status has all its containers, and the rest has none: no client takes a part for the whole.
      assert.equal(statuses.length, shown === undefined ? 1 : pod)
    }
    bytes = heard.reduce((sum, event) => sum + event.size, 0)
  }, { clock })
  return bytes
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: '200 exits in a pod at one moment: two snapshots, 200 events',
    run: async () => {
      const bytes = await burst({ pod: 200, everyMs: 0 })
      assert.ok(bytes < 300_000, `${bytes} bytes`)
    },
  },
  {
    name: '200 exits in a pod within a second: not 12 MB, and none of them late by more than a tenth of a second',
    run: async () => {
      const bytes = await burst({ pod: 200, everyMs: 5 })
      assert.ok(bytes < 1_500_000, `${bytes} bytes`)
    },
  },
  {
    name: 'in a small pod every event has the whole pod',
    run: async () => {
      await withCri(async (served) => {
        const listener = await served.subscribe()
        for (let n = 0; n < 8; n++) await served.create(`c${n}`, { pod: 'p' })
        for (let n = 0; n < 8; n++) served.start(`c${n}`)
        for (let n = 0; n < 8; n++) served.exit(`c${n}`)
        for (const { pod, statuses } of (await listener.events(24)).slice(8)) assert.deepEqual([pod, statuses.length], ['p', 8])
      })
    },
  },
]
