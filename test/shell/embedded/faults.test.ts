import { status } from '@grpc/grpc-js'
import t from 'tap'
import { answerHeld, dropped, fullCall, hanging, makeFaults, onCall, onEvent, refused } from '../../../shell/embedded/faults.ts'

t.test('a bare method is one of the tasks service', async (t) => {
  t.equal(fullCall('Delete'), 'Tasks/Delete')
  t.equal(fullCall('Containers/Delete'), 'Containers/Delete')
})

t.test('strikes what fits, as often as it was told', async (t) => {
  const faults = makeFaults()
  const one = faults.set(onCall('Delete', hanging, { namespace: 'ci', id: 'web', times: 1 }))
  t.equal(faults.call('Tasks/Delete', 'ci', 'db'), undefined)
  t.equal(faults.call('Tasks/Delete', 'other', 'web'), undefined)
  t.equal(faults.call('Tasks/Get', 'ci', 'web'), undefined)
  t.equal(faults.event('Tasks/Delete', 'ci', 'web'), undefined)
  t.match(faults.call('Tasks/Delete', 'ci', 'web'), { fault: hanging })
  t.equal(faults.call('Tasks/Delete', 'ci', 'web'), undefined)
  t.equal(one.hits(), 1)
})

t.test('the rule that was set last strikes first', async (t) => {
  const faults = makeFaults()
  faults.set(onCall('Get', answerHeld))
  const second = faults.set(onCall('Get', refused(status.UNKNOWN, 'no')))
  t.match(faults.call('Tasks/Get', 'ci', 'web'), { fault: { _tag: 'Refused' } })
  second.release()
  t.match(faults.call('Tasks/Get', 'ci', 'web'), { fault: answerHeld })
})

t.test('tells when it has struck, and lets go what hangs on it', async (t) => {
  const faults = makeFaults()
  const rule = faults.set(onEvent('/tasks/exit', dropped))
  const twice = rule.hit(2)
  const struck = faults.event('/tasks/exit', 'ci', 'a')
  await rule.hit()
  faults.event('/tasks/exit', 'ci', 'b')
  await twice
  faults.clear()
  await struck?.released
  t.equal(faults.event('/tasks/exit', 'ci', 'c'), undefined)
})
