import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { storeFailed } from '../../../shell/errors.ts'
import { memoryStore } from '../../../shell/store/memory.ts'

t.test('gives back every batch in the order of the appends', async (t) => {
  const store = memoryStore(['before'])
  const [one, two] = [store.append(['a', 'b']), store.append(['c'])]
  t.same(await Promise.all([one(), two()]), [E.right(undefined), E.right(undefined)])
  t.same(await store.load()(), E.right(['before', 'a', 'b', 'c']))
})

t.test('an append that is described but not run does nothing', async (t) => {
  const store = memoryStore<string>()
  store.append(['a'])
  t.same(await store.load()(), E.right([]))
})

t.test('what was loaded does not grow with the store', async (t) => {
  const store = memoryStore<string>()
  const loaded = await store.load()()
  await store.append(['a'])()
  t.same(loaded, E.right([]))
})

t.test('after close everything fails, and says so', async (t) => {
  const store = memoryStore<string>()
  const late = store.append(['a'])
  t.same(await store.close()(), E.right(undefined))
  t.same(await late(), E.left(storeFailed('append to the store', 'it is closed')))
  t.same(await store.load()(), E.left(storeFailed('load the store', 'it is closed')))
  t.same(await store.close()(), E.left(storeFailed('close the store', 'it is closed')))
})
