import t from 'tap'
import { linkedTo, listenersLeft, onAbort, stoppable } from '../../../shell/task/cancellable.ts'

t.test('onAbort calls each listener once, in the order they came', async (t) => {
  const stop = new AbortController()
  const heard: Array<string> = []
  onAbort(stop.signal, () => heard.push('first'))
  onAbort(stop.signal, () => heard.push('second'))
  stop.abort()
  t.same(heard, ['first', 'second'])
  onAbort(stop.signal, () => heard.push('late'))
  t.same(heard, ['first', 'second', 'late'], 'who comes after the abort is called at once')
})

t.test('onAbort does not call who was taken away, and keeps the same function twice if asked twice', async (t) => {
  const stop = new AbortController()
  let calls = 0
  const listener = (): void => void calls++
  const away = onAbort(stop.signal, listener)
  onAbort(stop.signal, listener)
  away()
  away()
  stop.abort()
  t.equal(calls, 1)
})

t.test('onAbort puts one listener on the signal, however many there are', async (t) => {
  const { signal } = new AbortController()
  let added = 0
  const add = signal.addEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>): void => {
    added += 1
    add(...args)
  }
  t.equal(listenersLeft(signal), 0)
  for (let i = 0; i < 100; i++) onAbort(signal, () => undefined)
  t.equal(listenersLeft(signal), 100)
  t.equal(added, 1, 'each further one would make the next slower')
})

t.test('a listener may take another one away while they are called', async (t) => {
  const stop = new AbortController()
  const heard: Array<string> = []
  onAbort(stop.signal, () => {
    heard.push('first')
    away()
  })
  const away = onAbort(stop.signal, () => heard.push('second'))
  stop.abort()
  t.same(heard, ['first'])
})

t.test('a linked signal follows its parent until it is unlinked', async (t) => {
  const parent = new AbortController()
  const [followed, left] = [linkedTo(parent.signal), linkedTo(parent.signal)]
  left.unlink()
  parent.abort()
  t.ok(followed.signal.aborted)
  t.notOk(left.signal.aborted)
  t.ok(linkedTo(parent.signal).signal.aborted, 'a child of an aborted parent is born aborted')
})

t.test('a linked signal aborts alone', async (t) => {
  const parent = new AbortController()
  const child = linkedTo(parent.signal)
  child.abort()
  t.ok(child.signal.aborted)
  t.notOk(parent.signal.aborted)
})

t.test('a signal of our own is listened to as an AbortSignal is', async (t) => {
  const stop = stoppable()
  const heard: Array<string> = []
  onAbort(stop.signal, () => {
    heard.push('first')
    away()
    stop.abort()
  })
  const away = onAbort(stop.signal, () => heard.push('taken away by the first'))
  const left = onAbort(stop.signal, () => heard.push('taken away before'))
  onAbort(stop.signal, () => heard.push('last'))
  left()
  left()
  t.equal(listenersLeft(stop.signal), 3)
  stop.abort()
  stop.abort()
  t.same(heard, ['first', 'last'], 'each once, in the order they came')
  t.equal(listenersLeft(stop.signal), 0)
  onAbort(stop.signal, () => heard.push('late'))
  t.same(heard, ['first', 'last', 'late'], 'who comes after the abort is called at once')
})

t.test('an abort goes down from a signal to those that are linked to it, and a child that is done leaves nothing behind', async (t) => {
  const parent = stoppable()
  const child = linkedTo(parent.signal)
  const grandchild = linkedTo(child.signal)
  const gone = linkedTo(child.signal)
  gone.unlink()
  t.equal(listenersLeft(child.signal), 1)
  parent.abort()
  t.ok(grandchild.signal.aborted)
  t.notOk(gone.signal.aborted)
})
