/** Image events: the vectors V63 to V65, and V70 and V74 as far as images go. */
import assert from 'node:assert/strict'
import {
  callId,
  defaultPolicy,
  type Effect,
  type Image,
  imageKey,
  initial,
  lookup,
  millis,
  type ReaperEvent,
  type State,
  step,
} from '../../core/index.ts'
import type { Vector } from '../support/property.ts'

const image = imageKey('ci', 'registry.example/app:1')
const owner = { _tag: 'Image', key: image } as const
const at = millis(0)
type Change = 'created' | 'updated' | 'deleted'
const changed = (change: Change): ReaperEvent => ({ _tag: 'ImageChanged', image, change, at })
const settled = (call: number, outcome: Extract<ReaperEvent, { _tag: 'ImageSettled' }>['outcome']): ReaperEvent => (
  { _tag: 'ImageSettled', image, call: callId(call), outcome, at }
)
const fired = (call: number): ReaperEvent => ({ _tag: 'TimerFired', owner, call: callId(call), at })
const found = { _tag: 'Found', digest: 'sha256:1' } as const
const failed = { _tag: 'Failed', reason: 'Other', message: 'no such lease' } as const
const read = (call: number): Effect => ({ _tag: 'RefreshImage', image, call: callId(call) })

const play = (events: ReadonlyArray<ReaperEvent>): readonly [State, ReadonlyArray<Effect>] => {
  let state = initial('boot-1')
  let effects: ReadonlyArray<Effect> = []
  for (const event of events) [state, effects] = step(defaultPolicy)(event, state)
  return [state, effects]
}
const known = (state: State): Image | undefined => lookup(image, state.images)

export const cases: ReadonlyArray<Vector> = [
  ...(['created', 'updated', 'deleted'] as const).map((change): Vector => ({
    name: `V63 U: an image that was ${change} is read once`,
    run: () => {
      const [, effects] = play([changed(change)])
      assert.deepEqual(effects, [read(1)])
      const [state, none] = play([changed(change), settled(1, found)])
      assert.deepEqual(none, [])
      assert.equal(known(state)?.digest, 'sha256:1')
      assert.deepEqual(known(state)?.work, { _tag: 'Idle' })
    },
  })),
  {
    name: 'V64 U: a deleted image that is not found is dropped from what is known, which is success',
    run: () => {
      const [state, effects] = play([changed('created'), settled(1, found), changed('deleted'), settled(2, { _tag: 'NotFound' })])
      assert.deepEqual(effects, [])
      assert.equal(known(state), undefined)
    },
  },
  {
    name: 'V65 U: an image that cannot be read is tried again after one second, then two',
    run: () => {
      const timer = (call: number, delayMs: number): Effect => ({ _tag: 'SetTimer', owner, call: callId(call), delayMs, jitter: true })
      assert.deepEqual(play([changed('updated'), settled(1, failed)])[1], [timer(2, 1_000)])
      assert.deepEqual(play([changed('updated'), settled(1, failed), fired(2)])[1], [read(3)])
      assert.deepEqual(play([changed('updated'), settled(1, failed), fired(2), settled(3, failed)])[1], [timer(4, 2_000)])
    },
  },
  {
    name: 'V70 D: a change of an image that is in back-off is handled at once',
    run: () => {
      const [, effects] = play([changed('updated'), settled(1, failed), changed('deleted')])
      assert.deepEqual(effects, [{ _tag: 'CancelTimer', owner, call: callId(2) }, read(3)])
    },
  },
  {
    name: 'V70 D: a change while the image is being read has it read again, for it may have been read before the change',
    run: () => {
      for (const outcome of [found, failed, { _tag: 'NotFound' } as const]) {
        assert.deepEqual(play([changed('created'), changed('updated')])[1], [])
        assert.deepEqual(play([changed('created'), changed('updated'), settled(1, outcome)])[1], [read(2)])
        assert.deepEqual(play([changed('created'), changed('updated'), settled(1, outcome), settled(1, found)])[1], [])
      }
    },
  },
  {
    name: 'V74 D: an image that can never be read is tried at 1, 2, 4 ... 256, 300, 300 s',
    run: () => {
      const delays: Array<number> = []
      let [state] = play([changed('updated')])
      for (let call = 1; delays.length < 11; call += 2) {
        const [waiting, effects] = step(defaultPolicy)(settled(call, failed), state)
        for (const effect of effects) if (effect._tag === 'SetTimer') delays.push(effect.delayMs / 1_000)
        ;[state] = step(defaultPolicy)(fired(call + 1), waiting)
      }
      assert.deepEqual(delays, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
    },
  },
]
