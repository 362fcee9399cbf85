/** What goes wrong between us and containerd, and what becomes of the exits: all of them are announced, once, and nothing is left. */
import { status } from '@grpc/grpc-js'
import assert from 'node:assert/strict'
import {
  answerHeld,
  answerLost,
  delayed,
  dropped,
  type EventFault,
  hanging,
  held,
  late,
  onCall,
  onEvent,
  overtaken,
  refused,
  repeated,
} from '../../../../shell/embedded/index.ts'
import type { Vector } from '../../../support/property.ts'
import { exits, type ReaperWorld, sleeps, withReaper } from '../../../support/reaper_world.ts'
import { waitFor } from '../../../support/wait_for.ts'

/** A container that runs and is watched. */
const watched = async ({ stand }: ReaperWorld, id: string): Promise<void> => {
  await stand.run({ id, command: sleeps })
  await Promise.all([stand.calls.answered('Get', id), stand.calls.answered('Containers/Get', id), stand.calls.called('Wait', id)])
}

const reports: ReadonlyArray<readonly [string, EventFault]> = [
  ['is lost', dropped],
  ['comes three times', repeated(3)],
  ['comes late', delayed(60)],
  ['is overtaken by the next two', overtaken(2)],
]

export const cases: ReadonlyArray<Vector> = [
  ...reports.map(([how, fault]): Vector => ({
    name: `reaper: an exit event that ${how}: the exit is announced once`,
    run: () =>
      withReaper({ stand: { faults: [onEvent('/tasks/exit', fault)] } }, async (world) => {
        const { stand, reaper, told, clean } = world
        await watched(world, 'web')
        await stand.kill('web', 'SIGTERM')
        await stand.run({ id: 'other', command: exits(2) })
        await Promise.all([reaper.stopped('ci', 'web')(), reaper.stopped('ci', 'other')()])
        await clean()
        await stand.run({ id: 'last', command: exits(0) })
        await reaper.stopped('ci', 'last')()
        assert.deepEqual([...told()].sort(), ['last 0 Completed', 'other 2 Error', 'web 143 Error'])
      }),
  })),
  {
    name: 'reaper: an exit whose event came after its task was deleted, and its container too, changes nothing',
    run: () =>
      withReaper({}, async (world) => {
        const { stand, reaper, told, clean } = world
        const keep = stand.faults.set(onEvent('/tasks/exit', held, { id: 'web' }))
        await watched(world, 'web')
        await stand.kill('web', 'SIGTERM')
        await reaper.stopped('ci', 'web')()
        await clean()
        await stand.deleteRecord('web')
        keep.release()
        await stand.run({ id: 'last', command: exits(0) })
        await reaper.stopped('ci', 'last')()
        assert.deepEqual(told(), ['web 143 Error', 'last 0 Completed'])
        assert.equal(stand.calls.count('Delete', 'web'), 1)
      }),
  },
  {
    name: 'reaper: an exit that neither event nor Wait tells of is found by the next listing',
    run: () =>
      withReaper({ reaper: { limits: { relistPeriodMs: 60 } } }, async (world) => {
        const { stand, reaper, clean } = world
        await watched(world, 'web')
        stand.loseExits('web')
        stand.cutConnections() // the Wait that is open would tell
        await stand.calls.called('Wait', 'web', 2)
        await stand.kill('web', 'SIGTERM')
        assert.equal((await reaper.stopped('ci', 'web')()).exitCode, 143)
        await clean()
      }),
  },
  {
    name: 'reaper: a hung Delete is joined: one call, however many attempts, and its late answer ends the handling',
    run: () =>
      withReaper({ reaper: { policy: { handlingTimeoutMs: 30 } } }, async ({ stand, reaper, announced, log, clean }) => {
        const hang = stand.faults.set(onCall('Delete', hanging, { id: 'web', times: 1 }))
        await stand.run({ id: 'web', command: exits(7) })
        await hang.hit()
        await waitFor(() => log.lines.some(({ msg, fields }) => msg === 'handling failed, will try again' && fields['attempts'] === 3), {
          what: 'three attempts',
        })
        assert.deepEqual([stand.calls.count('Delete'), announced.length], [1, 0])
        hang.release()
        assert.equal((await reaper.stopped('ci', 'web')()).exitCode, 7)
        assert.equal(stand.calls.count('Delete'), 1)
        assert.ok((announced[0]?.attempts ?? 0) >= 4)
        await clean()
      }),
  },
  {
    name: 'reaper: a hung Delete of one container delays no other, even when only two may be handled at once',
    run: () =>
      withReaper({ reaper: { policy: { maxHandlings: 2, handlingTimeoutMs: 30 } } }, async ({ stand, reaper, told }) => {
        const hangs = ['a', 'b', 'c'].map((id) => stand.faults.set(onCall('Delete', hanging, { id })))
        for (const id of ['a', 'b', 'c']) await stand.run({ id, command: exits(1) })
        await stand.run({ id: 'web', command: exits(3) })
        await reaper.stopped('ci', 'web')()
        assert.deepEqual(told(), ['web 3 Error'])
        for (const hang of hangs) hang.release()
        await Promise.all(['a', 'b', 'c'].map((id) => reaper.stopped('ci', id)()))
      }),
  },
  {
    name: 'reaper: a Delete whose answer is lost was carried out all the same, and is found to be',
    run: () =>
      withReaper({ stand: { faults: [onCall('Delete', answerLost(), { times: 1 })] } }, async ({ stand, reaper, told, clean }) => {
        await stand.run({ id: 'web', command: exits(3) })
        await reaper.stopped('ci', 'web')()
        await clean()
        assert.deepEqual(told(), ['web 3 Error'])
      }),
  },
  {
    name: 'reaper: a Delete that is refused is tried again until it is done',
    run: () =>
      withReaper(
        { stand: { faults: [onCall('Delete', refused(status.UNKNOWN, 'device or resource busy'), { times: 3 })] } },
        async (world) => {
          const { stand, reaper, announced, log, clean } = world
          await stand.run({ id: 'web', command: exits(3) })
          await reaper.stopped('ci', 'web')()
          await clean()
          assert.deepEqual(announced.map(({ exitCode, attempts }) => [exitCode, attempts]), [[3, 4]])
          assert.equal(stand.calls.count('Delete'), 4)
          const errors = log.lines.filter(({ msg }) => msg === 'handling failed, will try again').map(({ fields }) => fields['error'])
          assert.deepEqual(errors, Array(3).fill('Cannot call Tasks.Delete: containerd answered Unknown: device or resource busy'))
        },
      ),
  },
  {
    name: 'reaper: reads that get no answer are cut off on the wire, and asked again',
    run: () =>
      withReaper({ reaper: { limits: { loadTimeoutMs: 30, oomReadTimeoutMs: 30 } } }, async ({ stand, reaper, told, clean }) => {
        stand.faults.set(onCall('Metrics', hanging, { times: 1 }))
        stand.faults.set(onCall('Containers/Get', hanging, { id: 'web', times: 1 }))
        await stand.run({ id: 'web', command: sleeps })
        assert.equal((await stand.calls.answered('Containers/Get', 'web')).outcome, 1)
        await stand.calls.answered('Containers/Get', 'web', 2)
        await stand.kill('web')
        await reaper.stopped('ci', 'web')()
        assert.equal((await stand.calls.answered('Metrics')).outcome, 1)
        assert.deepEqual(told(), ['web 137 Error'])
        await clean()
      }),
  },
  ...(['zero', 'task'] as const).map((deadShimPid): Vector => ({
    name: `reaper: a shim that was killed, its exit told with pid ${
      deadShimPid === 'zero' ? '0' : 'of the task'
    }: 137, and nothing is left`,
    run: () =>
      withReaper({ stand: { deadShimPid } }, async (world) => {
        const { stand, reaper, told, clean } = world
        await watched(world, 'web')
        await stand.killShim('web')
        await reaper.stopped('ci', 'web')()
        await clean()
        assert.deepEqual(told(), ['web 137 Error'])
      }),
  })),
  {
    name: 'reaper: containerd restarts: every Wait fails, and none of it is taken for an exit',
    run: () =>
      withReaper({}, async (world) => {
        const { stand, reaper, told, clean } = world
        await watched(world, 'web')
        await stand.restart()
        await stand.calls.called('Wait', 'web', 2)
        assert.deepEqual(told(), [])
        await stand.kill('web', 'SIGTERM')
        assert.equal((await reaper.stopped('ci', 'web')()).exitCode, 143)
        await clean()
      }),
  },
  {
    name: 'reaper: what exited while containerd was away is found with its code when it is back',
    run: () =>
      withReaper({ stand: { shimRetries: { stepMs: 'manual' } } }, async (world) => {
        const { stand, reaper, told, clean } = world
        await watched(world, 'web')
        await watched(world, 'job')
        await stand.crash()
        await stand.kill('web', 'SIGTERM')
        await stand.exited('web')
        await stand.revive()
        assert.equal((await reaper.stopped('ci', 'web')()).exitCode, 143)
        stand.republish()
        await stand.kill('job', 'SIGTERM')
        await reaper.stopped('ci', 'job')()
        assert.deepEqual(told(), ['web 143 Error', 'job 143 Error'])
        await clean()
      }),
  },
  {
    name: 'reaper: a Delete that was in flight when containerd died is not lost, and not doubled',
    run: () =>
      withReaper({}, async ({ stand, reaper, told, clean }) => {
        const hold = stand.faults.set(onCall('Delete', answerHeld, { id: 'web', times: 1 }))
        await stand.run({ id: 'web', command: exits(3) })
        await hold.hit()
        await stand.restart()
        await reaper.stopped('ci', 'web')()
        await clean()
        assert.deepEqual(told(), ['web 3 Error'])
      }),
  },
  {
    name: 'reaper: an event that nobody can read holds up nothing',
    run: () =>
      withReaper({}, async ({ stand, containerd, reaper, log, told }) => {
        const poison = { typeUrl: 'containerd.events.TaskExit', value: Uint8Array.of(0x0a, 0xff) }
        const scope = { signal: new AbortController().signal }
        await containerd.publish('ci', '/tasks/exit', poison)(scope)()
        await containerd.publish('moby', '/tasks/exit', poison)(scope)()
        await stand.run({ id: 'web', command: exits(3) })
        await reaper.stopped('ci', 'web')()
        assert.deepEqual(told(), ['web 3 Error'])
        assert.equal(log.lines.filter(({ level }) => level === 'error').length, 1)
      }),
  },
  {
    name: 'reaper: a stream that is cut and a listing that is late: exits in between are announced once',
    run: () =>
      withReaper({ stand: { faults: [onCall('Containers/ListStream', late(40))] } }, async ({ stand, announcements, clean }) => {
        const ids = Array.from({ length: 6 }, (_, n) => `job-${n}`)
        for (const id of ids) {
          await stand.run({ id, command: exits(1) })
          stand.cutConnections()
        }
        const announced = await announcements(ids.length)
        await clean()
        assert.deepEqual(announced.map(({ run, exitCode }) => `${run.id} ${exitCode}`).sort(), ids.map((id) => `${id} 1`))
      }),
  },
]
