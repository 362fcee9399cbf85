import { status } from '@grpc/grpc-js'
import t from 'tap'
import { makeCalls } from '../../../shell/embedded/calls.ts'

const get = { call: 'Tasks/Get', namespace: 'ci', execId: '', request: {} }

t.test('counts calls by name and id', async (t) => {
  const calls = makeCalls()
  calls.begin({ ...get, id: 'a' })(status.OK)
  calls.begin({ ...get, id: 'b' })
  calls.begin({ ...get, call: 'Containers/Get', id: 'a' })
  t.same([calls.count('Get'), calls.count('Get', 'a'), calls.count('Containers/Get'), calls.count('Kill')], [2, 1, 1, 0])
  t.match(calls.all(), [{ id: 'a', outcome: 0 }, { id: 'b', outcome: undefined }, {}])
  calls.clear()
  t.same(calls.all(), [])
})

t.test('wakes who waits for a call, and who waits for its answer', async (t) => {
  const calls = makeCalls()
  const order: Array<string> = []
  const called = calls.called('Get', 'a', 2).then(() => order.push('called'))
  const answered = calls.answered('Get', 'a').then(({ outcome }) => order.push(`answered ${outcome ?? -1}`))
  calls.begin({ ...get, id: 'a' })
  const end = calls.begin({ ...get, id: 'a' })
  await called
  end(status.NOT_FOUND)
  end(status.CANCELLED)
  await answered
  t.same(order, ['called', 'answered 5'], 'the first outcome counts')
  t.equal((await calls.called('Get', 'a')).id, 'a', 'at once if it was before')
})
