/** Containers that exit in every way there is, on the embedded containerd. */
import assert from 'node:assert/strict'
import { containerKey, defaultPolicy, lookup, millis, type ReaperRecord, toNanos, violations } from '../../../../core/index.ts'
import { late, onCall, onEvent, repeated } from '../../../../shell/embedded/index.ts'
import type { Vector } from '../../../support/property.ts'
import { exits, sleeps, withReaper } from '../../../support/reaper_world.ts'
import { waitFor } from '../../../support/wait_for.ts'

const isOfRunning = (record: ReaperRecord): boolean => record._tag === 'RunRecord' && record.exit === undefined

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'reaper: every exit is announced once, with its code, reason, pid and time, and nothing is left',
    run: () =>
      withReaper({}, async ({ stand, reaper, announced, told, clean }) => {
        const began = toNanos(millis(Date.now() - 1))
        const codes: ReadonlyArray<readonly [string, number]> = [['a', 0], ['b', 3], ['c', 255]]
        const pids = new Map<string, number>()
        for (const [id, code] of codes) pids.set(id, (await stand.run({ id, command: exits(code) })).pid)
        for (const [id, signal] of [['d', 'SIGTERM'], ['e', 'SIGKILL']] as const) {
          pids.set(id, (await stand.run({ id, command: sleeps })).pid)
          await stand.kill(id, signal)
        }
        for (const id of pids.keys()) {
          const { run, exitedAt } = await reaper.stopped('ci', id)()
          assert.deepEqual(run, { namespace: 'ci', id, pid: pids.get(id), generation: 1 })
          assert.ok(exitedAt >= began)
        }
        assert.deepEqual([...told()].sort(), ['a 0 Completed', 'b 3 Error', 'c 255 Error', 'd 143 Error', 'e 137 Error'])
        assert.deepEqual(announced.map(({ seq }) => seq), [1, 2, 3, 4, 5])
        await clean()
        assert.deepEqual(violations(defaultPolicy)(reaper.state()), [])
      }),
  },
  {
    name: 'reaper: a happy exit costs exactly one Delete and no other call after it',
    run: () =>
      withReaper({}, async ({ stand, reaper, clean }) => {
        await stand.run({ id: 'web', command: sleeps })
        await Promise.all([
          stand.calls.answered('Get', 'web'),
          stand.calls.answered('Containers/Get', 'web'),
          stand.calls.called('Wait', 'web'),
        ])
        stand.calls.clear()
        await stand.kill('web', 'SIGTERM')
        assert.equal((await reaper.stopped('ci', 'web')()).exitCode, 143)
        await clean()
        await reaper.stop(1_000)()
        assert.deepEqual(stand.calls.all().map(({ call, id, outcome }) => [call, id, outcome]), [['Tasks/Delete', 'web', 0]])
      }),
  },
  {
    name: 'reaper: the exit is on disk before its task is deleted, and the announcement before anybody hears it',
    run: () =>
      withReaper({}, async ({ stand, reaper, effects, announced }) => {
        await stand.run({ id: 'web', command: exits(3) })
        await reaper.stopped('ci', 'web')()
        const steps = effects.flatMap((effect) => {
          // That it runs may be written before.
          if (effect._tag === 'Persist') {
            return effect.records.some(isOfRunning) ? [] : [`write ${effect.records.map(({ _tag }) => _tag).join('+')}`]
          }
          return effect._tag === 'DeleteTask' ? ['delete'] : []
        })
        assert.deepEqual(steps, ['write RunRecord', 'delete', 'write RunRecord+Announcement'])
        assert.equal(announced.length, 1)
      }),
  },
  {
    name: 'reaper: what ran and what had stopped before we came is found by the first listing',
    run: () =>
      withReaper({
        before: async (stand) => {
          await stand.run({ id: 'over', command: exits(4) })
          await stand.exited('over')
          await stand.run({ id: 'runs', command: sleeps })
        },
      }, async ({ stand, reaper, told, clean }) => {
        assert.equal((await reaper.stopped('ci', 'over')()).exitCode, 4)
        await stand.kill('runs', 'SIGTERM')
        assert.equal((await reaper.stopped('ci', 'runs')()).exitCode, 143)
        assert.deepEqual(told(), ['over 4 Error', 'runs 143 Error'])
        await clean()
      }),
  },
  {
    name: 'reaper: when it is ready, what was listed is in its state',
    run: () =>
      withReaper({ before: async (stand) => void await stand.run({ id: 'runs', command: sleeps }) }, async ({ reaper, effects }) => {
        assert.ok(effects.some((effect) => effect._tag === 'WatchTask' && effect.container === 'ci/runs'))
        assert.equal(violations(defaultPolicy)(reaper.state()).length, 0)
      }),
  },
  {
    name: 'reaper: what exits between the subscription and the listing is announced once',
    run: () =>
      withReaper({ ready: false, stand: { faults: [onCall('List', late(80))] } }, async ({ stand, reaper, told, clean }) => {
        await stand.calls.called('List')
        await stand.run({ id: 'web', command: exits(5) })
        await stand.exited('web')
        await reaper.stopped('ci', 'web')()
        await reaper.ready()
        await clean()
        assert.deepEqual(told(), ['web 5 Error'])
        const asked = stand.calls.all().map(({ call }) => call)
        assert.ok(asked.indexOf('Events/Subscribe') < asked.indexOf('Events/Publish'))
        assert.ok(asked.indexOf('Events/Publish') < asked.indexOf('Containers/ListStream'))
      }),
  },
  {
    name: 'reaper: an id that is used again has a run of its own',
    run: () =>
      withReaper({}, async ({ stand, reaper, announced }) => {
        for (const code of [1, 2, 3]) {
          const stopped = reaper.stopped('ci', 'job')()
          await stand.run({ id: 'job', command: exits(code) })
          assert.equal((await stopped).exitCode, code)
          await waitFor(() => stand.status('job') === undefined, { what: 'the task to be gone' })
          await stand.deleteRecord('job')
          await waitFor(() => lookup(containerKey('ci', 'job'), reaper.state().containers)?.lookup._tag === 'Deleted', {
            what: 'the deletion to be heard of',
            everyMs: 5,
          })
        }
        assert.deepEqual(announced.map(({ run, exitCode }) => [run.generation, exitCode]), [[1, 1], [2, 2], [3, 3]])
      }),
  },
  {
    name: 'reaper: the exit of an exec is not the container’s',
    run: () =>
      withReaper({}, async ({ stand, reaper, told }) => {
        await stand.run({ id: 'web', command: sleeps })
        await stand.exec('web', 'probe', exits(9))
        await stand.events.published('/tasks/exit', 'web')
        await stand.kill('web', 'SIGTERM')
        await reaper.stopped('ci', 'web')()
        assert.deepEqual(told(), ['web 143 Error'])
      }),
  },
  {
    name: 'reaper: what a container without a pid namespace of its own leaves behind is killed before its task is deleted',
    run: () =>
      withReaper({}, async ({ stand, reaper, clean }) => {
        await stand.run({ id: 'parent', command: ['/bin/sh', '-c', 'sleep 600 & exit 0'], ownPidNamespace: false })
        assert.equal((await reaper.stopped('ci', 'parent')()).exitCode, 0)
        const destroyed = stand.calls.all().map(({ call }) => call).filter((call) => call === 'Tasks/Kill' || call === 'Tasks/Delete')
        assert.deepEqual(destroyed, ['Tasks/Kill', 'Tasks/Delete'])
        await clean()
      }),
  },
  {
    name: 'reaper: an OOM kill is told from a mere 137',
    run: () =>
      withReaper({}, async ({ stand, reaper, told }) => {
        for (const [id, kills] of [['hungry', 1], ['killed', 0]] as const) {
          await stand.run({ id, command: sleeps })
          stand.setOomKills(id, kills)
          await stand.kill(id)
          await reaper.stopped('ci', id)()
        }
        assert.deepEqual(told(), ['hungry 137 OOMKilled', 'killed 137 Error'])
        assert.equal(stand.calls.count('Metrics'), 2)
      }),
  },
  {
    name: 'reaper: an OOM event of a container that goes on is remembered until it exits',
    run: () =>
      withReaper({}, async ({ stand, reaper, effects, told }) => {
        await stand.run({ id: 'web', command: sleeps })
        await stand.calls.answered('Containers/Get', 'web')
        stand.oom('web')
        await waitFor(() => effects.some(({ _tag }) => _tag === 'Persist'), { what: 'the OOM kill to be written down' })
        await stand.kill('web', 'SIGTERM')
        await reaper.stopped('ci', 'web')()
        assert.deepEqual(told(), ['web 143 OOMKilled'])
      }),
  },
  {
    name: 'reaper: a task that was only created is never touched',
    run: () =>
      withReaper({}, async ({ stand, reaper, told }) => {
        await stand.createOnly({ id: 'new', command: exits(6) })
        await stand.run({ id: 'web', command: exits(0) })
        await reaper.stopped('ci', 'web')()
        assert.equal(stand.status('new'), 'CREATED')
        await stand.start('new')
        assert.equal((await reaper.stopped('ci', 'new')()).exitCode, 6)
        assert.deepEqual(told(), ['web 0 Completed', 'new 6 Error'])
      }),
  },
  {
    name: 'reaper: thirty exits at one moment, each once, no more than eight at a time',
    run: () =>
      withReaper({ reaper: { policy: { maxHandlings: 8 } } }, async ({ stand, announcements, clean }) => {
        const ids = Array.from({ length: 30 }, (_, n) => `job-${n}`)
        for (const id of ids) await stand.run({ id, command: sleeps })
        const slow = stand.faults.set(onCall('Delete', late(10)))
        await Promise.all(ids.map((id) => stand.kill(id, 'SIGTERM')))
        const announced = await announcements(30)
        await clean()
        assert.deepEqual(announced.map(({ run }) => run.id).sort(), [...ids].sort())
        assert.deepEqual(announced.map(({ seq }) => seq), ids.map((_, n) => n + 1))
        assert.equal(slow.hits(), 30)
      }),
  },
  {
    name: 'reaper: an image that comes, changes or goes is read once each time',
    run: () =>
      withReaper({}, async ({ stand }) => {
        stand.createImage({ name: 'docker.io/library/busybox:1' })
        await stand.calls.answered('Images/Get', 'docker.io/library/busybox:1')
        const twice = stand.faults.set(onEvent('/images/create', repeated(2)))
        stand.createImage({ name: 'other' })
        await stand.calls.answered('Images/Get', 'other')
        assert.equal(twice.hits(), 1)
        assert.ok(stand.calls.count('Images/Get') <= 3)
      }),
  },
]
