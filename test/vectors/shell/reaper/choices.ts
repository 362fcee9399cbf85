/** Whose containers, and how far we go: namespaces, selectors, the grace for others, dry runs, attached IO. */
import { status } from '@grpc/grpc-js'
import assert from 'node:assert/strict'
import type { ReaperRecord } from '../../../../core/index.ts'
import { onCall, refused } from '../../../../shell/embedded/index.ts'
import { connect, memoryStore, startReaper } from '../../../../shell/index.ts'
import { systemClock } from '../../../../shell/clock.ts'
import type { Clock } from '../../../../shell/clock.ts'
import type { Vector } from '../../../support/property.ts'
import { exits, sleeps, withReaper } from '../../../support/reaper_world.ts'
import { waitFor } from '../../../support/wait_for.ts'

const scope = { signal: new AbortController().signal }

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'reaper: a policy that cannot be obeyed is refused at once, before the store is looked at',
    run: async () => {
      const containerd = connect({ address: '/nowhere/containerd.sock' })
      const store = { ...memoryStore<ReaperRecord>(), load: () => () => Promise.reject(new Error('the store was looked at')) }
      assert.throws(() => startReaper({ containerd, store, namespaces: ['ci'], policy: { maxHandlings: 0 } }), {
        name: 'RangeError',
        message: 'Cannot start the reaper: policy.maxHandlings: wanted a whole number from 1 to 1024, found 0',
      })
      containerd.close()
    },
  },
  {
    name: 'reaper: what is in other namespaces is neither asked for nor touched',
    run: () =>
      withReaper({ reaper: { namespaces: ['ci', 'edge'] } }, async ({ stand, reaper, told }) => {
        await stand.run({ namespace: 'moby', id: 'theirs', command: exits(1) })
        await stand.exited({ namespace: 'moby', id: 'theirs' })
        for (const namespace of ['ci', 'edge']) {
          await stand.run({ namespace, id: 'ours', command: exits(2) })
          await reaper.stopped(namespace, 'ours')()
        }
        assert.deepEqual(told(), ['ours 2 Error', 'ours 2 Error'])
        assert.deepEqual(stand.leftovers().tasks, [{ namespace: 'moby', id: 'theirs' }])
        assert.ok(stand.calls.all().every(({ namespace }) => namespace !== 'moby'))
      }),
  },
  {
    name: 'reaper: with selectors only what matches one of them is looked after, also what was there before',
    run: () =>
      withReaper({
        reaper: { selectors: ['labels.team==a', 'labels.team==b'] },
        before: async (stand) => {
          for (const team of ['a', 'c']) {
            await stand.run({ id: `old-${team}`, labels: { team }, command: exits(1) })
            await stand.exited(`old-${team}`)
          }
        },
      }, async ({ stand, reaper, told }) => {
        for (const team of ['c', 'b']) await stand.run({ id: `new-${team}`, labels: { team }, command: exits(2) })
        await Promise.all([reaper.stopped('ci', 'old-a')(), reaper.stopped('ci', 'new-b')()])
        await stand.exited('new-c')
        await stand.run({ id: 'last', labels: { team: 'a' }, command: exits(0) })
        await reaper.stopped('ci', 'last')()
        assert.deepEqual([...told()].sort(), ['last 0 Completed', 'new-b 2 Error', 'old-a 1 Error'])
        assert.deepEqual(stand.leftovers().tasks.map(({ id }) => id).sort(), ['new-c', 'old-c'])
        assert.deepEqual([stand.calls.count('Wait', 'new-c'), stand.calls.count('Delete', 'new-c')], [0, 0])
      }),
  },
  {
    name: 'reaper: a container whose record is gone before it was read is nobody’s with selectors, and ours without',
    run: async () => {
      const faults = [onCall('Containers/Get', refused(status.NOT_FOUND, 'container "web": not found'), { id: 'web' })]
      await withReaper({ stand: { faults }, reaper: { selectors: ['labels.team==a'] } }, async ({ stand, reaper, told }) => {
        await stand.run({ id: 'web', labels: { team: 'a' }, command: exits(3) })
        await stand.exited('web')
        await stand.run({ id: 'last', labels: { team: 'a' }, command: exits(0) })
        await reaper.stopped('ci', 'last')()
        assert.deepEqual([told(), stand.calls.count('Delete', 'web')], [['last 0 Completed'], 0])
      })
      await withReaper({ stand: { faults } }, async ({ stand, reaper, told }) => {
        await stand.run({ id: 'web', command: exits(3) })
        await reaper.stopped('ci', 'web')()
        assert.deepEqual(told(), ['web 3 Error'])
      })
    },
  },
  {
    name: 'reaper: clients that delete their own task within the grace are left to it; the exit is announced all the same',
    run: () =>
      withReaper({ reaper: { policy: { deleteGraceMs: 60_000 } } }, async ({ stand, containerd, reaper, told, clean }) => {
        await stand.run({ id: 'web', command: exits(3) })
        await stand.exited('web')
        await containerd.taskDelete('ci', 'web')(scope)()
        await reaper.stopped('ci', 'web')()
        assert.deepEqual(told(), ['web 3 Error'])
        await clean()
        // Theirs; and ours, which only sees to it that no shim is left.
        assert.deepEqual(stand.calls.all().filter(({ call }) => call === 'Tasks/Delete').map(({ outcome }) => outcome), [0, 5])
      }),
  },
  {
    name: 'reaper: a task that its client leaves behind is deleted when the grace is over, and not before',
    run: () => {
      const graces: Array<number> = []
      const clock: Clock = {
        ...systemClock,
        sleep: (ms, signal) => {
          if (ms !== 7_777) return systemClock.sleep(ms, signal)
          graces.push(ms)
          return Promise.resolve('elapsed')
        },
      }
      return withReaper({ reaper: { clock, policy: { deleteGraceMs: 7_777 } } }, async ({ stand, reaper, told, clean }) => {
        await stand.run({ id: 'web', command: exits(3) })
        await reaper.stopped('ci', 'web')()
        await clean()
        assert.deepEqual([told(), graces], [['web 3 Error'], [7_777]])
      })
    },
  },
  {
    name: 'reaper: a dry run says what it would do, and touches nothing',
    run: () =>
      withReaper({ reaper: { dryRun: true } }, async ({ stand, reaper, told, log }) => {
        await stand.run({ id: 'web', command: exits(3) })
        await stand.run({ id: 'parent', command: exits(0), ownPidNamespace: false })
        await Promise.all([reaper.stopped('ci', 'web')(), reaper.stopped('ci', 'parent')()])
        assert.deepEqual([...told()].sort(), ['parent 0 Completed', 'web 3 Error'])
        assert.deepEqual([stand.calls.count('Delete'), stand.calls.count('Kill'), stand.leftovers().tasks.length], [0, 0, 2])
        assert.deepEqual(
          log.lines.filter(({ level }) => level === 'result').map(({ msg, fields }) => `${msg}: ${String(fields['id'])}`).sort(),
          ['would delete the task: parent', 'would delete the task: web', 'would kill what is left of the task: parent'],
        )
      }),
  },
  {
    name: 'reaper: in a dry run a listing that finds the task still there announces nothing and says nothing again, and touches nothing',
    run: () =>
      withReaper({ reaper: { dryRun: true, limits: { relistPeriodMs: 15 } } }, async ({ stand, reaper, told, log }) => {
        await stand.run({ id: 'web', command: exits(3) })
        await reaper.stopped('ci', 'web')()
        const listed = stand.calls.count('List')
        await stand.calls.answered('List', undefined, listed + 4)
        assert.deepEqual(told(), ['web 3 Error'])
        assert.deepEqual([stand.calls.count('Delete'), stand.leftovers().tasks.length], [0, 1])
        assert.deepEqual(log.lines.filter(({ level }) => level === 'result').map(({ msg }) => msg), ['would delete the task'])
      }),
  },
  {
    name: 'reaper: attached IO is cancelled and waited for before the Delete, and closed before anybody hears of the end',
    run: () => {
      const order: Array<string> = []
      return withReaper({
        reaper: {
          io: {
            attach: ({ id }) => {
              order.push(`attach ${id}`)
              return {
                cancel: () => void order.push('cancel'),
                wait: async () => void order.push('wait'),
                close: () => void order.push('close'),
              }
            },
          },
          onAnnouncement: () => void order.push('announced'),
        },
      }, async ({ stand, reaper, effects }) => {
        await stand.run({ id: 'web', command: exits(3) })
        await reaper.stopped('ci', 'web')()
        await waitFor(() => order.includes('announced'), { what: 'the announcement' })
        assert.deepEqual(order, ['attach web', 'cancel', 'wait', 'close', 'announced'])
        const steps = effects.map(({ _tag }) => _tag).filter((tag) => tag === 'DrainIo' || tag === 'DeleteTask' || tag === 'CloseIo')
        assert.deepEqual(steps, ['DrainIo', 'DeleteTask', 'CloseIo'])
      })
    },
  },
  {
    name: 'reaper: attached IO that never ends, and IO that throws, is left behind: the exit goes on, and close comes',
    run: () => {
      let closed = 0
      return withReaper({
        reaper: {
          limits: { drainTimeoutMs: 20 },
          io: {
            attach: ({ id }) => ({
              wait: id === 'hangs' ? () => new Promise(() => undefined) : () => Promise.reject(new Error('oops')),
              close: () => void (closed += 1),
            }),
          },
        },
      }, async ({ stand, reaper, told, clean }) => {
        for (const id of ['hangs', 'throws']) {
          await stand.run({ id, command: exits(3) })
          await reaper.stopped('ci', id)()
        }
        await clean()
        assert.deepEqual([told(), closed], [['hangs 3 Error', 'throws 3 Error'], 2])
      })
    },
  },
  {
    name: 'reaper: attached IO is closed also when the Delete took several attempts',
    run: () => {
      let closed = 0
      const io = { attach: () => ({ close: () => void (closed += 1) }) }
      return withReaper(
        { reaper: { io }, stand: { faults: [onCall('Delete', refused(status.UNKNOWN, 'busy'), { times: 2 })] } },
        async ({ stand, reaper }) => {
          await stand.run({ id: 'web', command: exits(3) })
          await reaper.stopped('ci', 'web')()
          assert.equal(closed, 1)
        },
      )
    },
  },
  {
    name: 'reaper: a container that nobody looks up in time is watched all the same',
    run: () =>
      withReaper(
        { stand: { faults: [onCall('Containers/Get', refused(status.UNAVAILABLE, 'try later'), { times: 2 })] } },
        async ({ stand, reaper, told }) => {
          await stand.run({ id: 'web', command: sleeps })
          await stand.calls.called('Wait', 'web')
          await stand.kill('web', 'SIGTERM')
          await reaper.stopped('ci', 'web')()
          assert.deepEqual(told(), ['web 143 Error'])
        },
      ),
  },
]
