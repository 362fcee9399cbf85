import t from 'tap'
import { callFailed, cancelled, describeError, isClass, isTransient, storeFailed, timedOut } from '../../shell/errors.ts'

const gone = callFailed({ class: 'NotFound', call: 'Tasks.Get', code: 5, message: 'task web-1 not found' })
const dropped = callFailed({ class: 'Disconnected', call: 'Tasks.Wait', code: 14, message: 'Connection dropped' })

t.test('every error has one line for a person', async (t) => {
  t.equal(describeError(gone), 'Cannot call Tasks.Get: containerd answered NotFound: task web-1 not found')
  t.equal(describeError(dropped), 'Cannot call Tasks.Wait: no connection to containerd: Connection dropped')
  t.equal(describeError(timedOut('Tasks.Get', 2_000)), 'Cannot finish Tasks.Get: no answer within 2000 ms')
  t.equal(describeError(cancelled), 'Cancelled: the reaper is stopping')
  t.equal(describeError(storeFailed('append to the store', 'it is closed')), 'Cannot append to the store: it is closed')
})

t.test('only a lost connection is worth a quick retry', async (t) => {
  t.ok(isTransient(dropped))
  const shimOutOfReach = callFailed({ class: 'Unavailable', call: 'Tasks.Get', code: 14, message: 'shim: unavailable' })
  for (const error of [gone, shimOutOfReach, timedOut('Tasks.Get', 1), cancelled, storeFailed('load the store', 'no')]) {
    t.notOk(isTransient(error))
  }
})

t.test('isClass looks at failed calls only', async (t) => {
  t.ok(isClass('NotFound')(gone))
  t.notOk(isClass('NotFound')(dropped))
  t.notOk(isClass('Cancelled')(cancelled))
})
