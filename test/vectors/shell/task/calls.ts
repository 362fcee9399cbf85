/** Calls and timers in flight, found again by owner and id. */
import assert from 'node:assert/strict'
import { callId } from '../../../../core/index.ts'
import { makeCalls } from '../../../../shell/task/calls.ts'
import { listenersLeft } from '../../../../shell/task/cancellable.ts'
import type { Vector } from '../../../support/property.ts'

const parent = (): AbortController => new AbortController()
const one = callId(1)

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'calls: a call ends by its own kind, owner and id, and by nothing else',
    run: () => {
      const calls = makeCalls()
      const { signal } = parent()
      const open = calls.begin('call', 'ci/web', one, signal)
      calls.end('timer', 'ci/web', one)
      calls.end('call', 'ci/web', callId(2))
      calls.end('call', 'ci/web-2', one)
      assert.equal(open.signal.aborted, false)
      calls.end('call', 'ci/web', one)
      assert.equal(open.signal.aborted, true)
      assert.equal(signal.aborted, false)
    },
  },
  {
    name: 'calls: the parent ends them all',
    run: () => {
      const calls = makeCalls()
      const end = parent()
      const open = [calls.begin('call', 'a', one, end.signal), calls.begin('timer', 'a', one, end.signal)]
      end.abort()
      assert.deepEqual(open.map(({ signal }) => signal.aborted), [true, true])
    },
  },
  {
    name: 'calls: a closed call is forgotten, and ending it again harms nobody',
    run: () => {
      const calls = makeCalls()
      const { signal } = parent()
      const open = calls.begin('call', 'a', one, signal)
      assert.equal(calls.size(), 1)
      open.close()
      open.close()
      calls.end('call', 'a', one)
      assert.deepEqual([calls.size(), open.signal.aborted, listenersLeft(signal)], [0, false, 0])
    },
  },
  {
    name: 'calls: closing an earlier call of the same name leaves the later one open',
    run: () => {
      const calls = makeCalls()
      const { signal } = parent()
      const earlier = calls.begin('call', 'a', one, signal)
      const later = calls.begin('call', 'a', one, signal)
      earlier.close()
      calls.end('call', 'a', one)
      assert.equal(later.signal.aborted, true)
    },
  },
]
