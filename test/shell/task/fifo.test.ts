import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { fifo } from '../../../shell/task/fifo.ts'

t.test('gives back in the order of arrival', async (t) => {
  const queue = fifo<string>()
  queue.push('a')
  queue.push('b')
  t.equal(queue.shift()?.value, 'a')
  queue.push('c')
  t.equal(queue.shift()?.value, 'b')
  t.equal(queue.shift()?.value, 'c')
  t.equal(queue.shift(), undefined)
})

t.test('behaves like an array, whatever leaves from the middle', async (t) => {
  const anyStep = fc.oneof(fc.constant('push' as const), fc.constant('shift' as const), fc.nat(20))
  fc.assert(fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
    const queue = fifo<number>()
    let model: Array<number> = []
    const removers: Array<() => void> = []
    for (const step of steps) {
      if (step === 'push') {
        model.push(removers.length)
        removers.push(queue.push(removers.length))
      } else if (step === 'shift') assert.equal(queue.shift()?.value, model.shift())
      else {
        removers[step]?.()
        model = model.filter((value) => value !== step)
      }
      assert.equal(queue.size(), model.length)
    }
    for (const value of model) assert.equal(queue.shift()?.value, value)
  }))
  t.pass('no counterexample')
})
