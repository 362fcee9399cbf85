/** Events: numbers and masks as the protocol has them. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { allEvents, eventNumber, hasStateChange, maskOf, readMask, wants } from '../../../../shell/nri/events.ts'
import type { Vector } from '../../../support/property.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'events: numbers and bits',
    run: () => {
      assert.deepEqual([eventNumber.RunPodSandbox, eventNumber.StopPodSandbox, eventNumber.RemovePodSandbox], [1, 2, 3])
      assert.deepEqual([eventNumber.StopContainer, eventNumber.RemoveContainer, eventNumber.PostUpdatePodSandbox], [10, 11, 13])
      assert.deepEqual([maskOf(['StopContainer', 'RemoveContainer']), maskOf(['StopPodSandbox']), maskOf([]), allEvents], [
        0x600,
        2,
        0,
        0x3fff,
      ])
    },
  },
  {
    name: 'events: a mask of nothing asks for everything, one with a bit too many is refused',
    run: () => {
      assert.deepEqual([0, 0x600, 0x3fff].map(readMask), [E.right(0x3fff), E.right(0x600), E.right(0x3fff)])
      assert.deepEqual(readMask(0x4600), E.left('wanted bits of 0x3fff, found 0x4600'))
      assert.deepEqual(readMask(-1), E.left('wanted bits of 0x3fff, found 0xffffffff'))
      assert.deepEqual([wants(0x600, 'StopContainer'), wants(0x600, 'StopPodSandbox')], [true, false])
      assert.deepEqual([hasStateChange('RemoveContainer'), hasStateChange('StopContainer')], [true, false])
    },
  },
]
