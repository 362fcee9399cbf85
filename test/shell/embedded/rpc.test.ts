import t from 'tap'
import { answerHeld, answerLost, hanging, hangingInRunc, late, onCall, refused } from '../../../shell/embedded/index.ts'
import { ContainersService } from '../../../shell/proto/gen/containerd/containers.ts'
import { TasksService } from '../../../shell/proto/gen/containerd/tasks.ts'
import { ask, refusalOf } from './client.ts'
import { code, withStand } from './with_stand.ts'

const web = { containerId: 'web', execId: '' }

t.test('a refused call does nothing', () =>
  withStand(async (stand, client) => {
    await stand.run({ id: 'web', command: ['sleep', '600'] })
    stand.faults.set(onCall('Kill', refused(code.UNAVAILABLE, 'no shim today'), { times: 1 }))
    const kill = () => ask(client, TasksService.kill, { ...web, signal: 9, all: true })
    t.same(await refusalOf(kill()), [code.UNAVAILABLE, 'no shim today'])
    t.equal(stand.status('web'), 'RUNNING')
    await kill()
    t.equal((await stand.exited('web')).status, 137)
    t.match(stand.calls.all().map(({ call, outcome }) => [call, outcome]), [['Tasks/Kill', code.UNAVAILABLE], ['Tasks/Kill', 0]])
  }))

t.test('a call whose answer is lost was carried out', () =>
  withStand(async (stand, client) => {
    await stand.run({ id: 'web', command: ['true'] })
    await stand.exited('web')
    stand.faults.set(onCall('Delete', answerLost(), { id: 'web', times: 1 }))
    t.equal((await refusalOf(ask(client, TasksService.delete, { containerId: 'web' })))[0], code.UNAVAILABLE)
    t.equal(stand.status('web'), undefined)
  }))

t.test('an answer can be held back, and the call was carried out', () =>
  withStand(async (stand, client) => {
    await stand.run({ id: 'web', command: ['true'] })
    await stand.exited('web')
    const hold = stand.faults.set(onCall('Delete', answerHeld))
    const deleting = ask(client, TasksService.delete, { containerId: 'web' })
    await stand.events.published('/tasks/delete', 'web')
    t.equal((await refusalOf(ask(client, TasksService.get, web)))[0], code.NOT_FOUND)
    t.match(stand.calls.all(), [{ call: 'Tasks/Delete', outcome: undefined }, { call: 'Tasks/Get' }])
    hold.release()
    t.equal((await deleting).exitStatus, 0)
  }))

t.test('a hanging call goes on when it is released, and does nothing when its caller leaves', () =>
  withStand(async (stand, client) => {
    await stand.run({ id: 'web', command: ['sleep', '600'] })
    const hang = stand.faults.set(onCall('Pause', hanging))
    const pause = { containerId: 'web' }
    let cancel: () => void = () => undefined
    const left = refusalOf(ask(client, TasksService.pause, pause, {
      onCall: (stop) => {
        cancel = stop
      },
    }))
    await hang.hit()
    cancel()
    t.equal((await left)[0], code.CANCELLED)
    t.match(await stand.calls.answered('Pause', 'web'), { outcome: code.CANCELLED })
    await ask(client, TasksService.get, web)
    t.equal(stand.status('web'), 'RUNNING')
    const stayed = ask(client, TasksService.pause, pause)
    await hang.hit(2)
    hang.release()
    await stayed
    t.equal(stand.status('web'), 'PAUSED')
  }))

t.test('late calls come, of other services too', () =>
  withStand(async (stand, client) => {
    const rule = stand.faults.set(onCall('Containers/List', late(1)))
    t.match(await ask(client, ContainersService.list, { filters: [] }), { containers: [] })
    t.equal(rule.hits(), 1)
  }))

t.test('a deadline that passes in runc makes the Delete fail there, and the next one succeeds', () =>
  withStand(async (stand, client) => {
    await stand.run({ id: 'web', command: ['true'] })
    await stand.exited('web')
    stand.faults.set(onCall('Delete', hangingInRunc, { times: 1 }))
    t.equal((await refusalOf(ask(client, TasksService.delete, { containerId: 'web' }, { deadlineMs: 50 })))[0], code.DEADLINE_EXCEEDED)
    await stand.calls.answered('Delete', 'web')
    t.equal((await ask(client, TasksService.delete, { containerId: 'web' })).exitStatus, 0)
  }))
