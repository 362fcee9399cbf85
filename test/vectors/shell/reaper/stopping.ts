/** Stopping, and starting again on what was written: nothing begun that destroys, nothing lost, nothing told twice. */
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import type { ReaperRecord } from '../../../../core/index.ts'
import { connect } from '../../../../shell/containerd/client.ts'
import { answerHeld, hanging, onCall, startEmbeddedContainerd } from '../../../../shell/embedded/index.ts'
import { storeFailed } from '../../../../shell/errors.ts'
import { startReaper } from '../../../../shell/reaper.ts'
import { memoryStore } from '../../../../shell/store/memory.ts'
import type { EmbeddedContainerd } from '../../../../shell/embedded/index.ts'
import type { Vector } from '../../../support/property.ts'
import { exits, lastingStore, onStand, recordsOf, sleeps, withReaper } from '../../../support/reaper_world.ts'
import { waitFor } from '../../../support/wait_for.ts'

const withStand = async (use: (stand: EmbeddedContainerd) => Promise<void>): Promise<void> => {
  const stand = await startEmbeddedContainerd({ namespace: 'ci' })
  try {
    await use(stand)
  } finally {
    await stand.stop()
  }
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'reaper: stop lets a Delete in flight finish, and announces what it was for',
    run: () =>
      withReaper({}, async ({ stand, reaper, told }) => {
        const hang = stand.faults.set(onCall('Delete', hanging, { times: 1 }))
        await stand.run({ id: 'web', command: exits(3) })
        await hang.hit()
        const stopping = reaper.stop(60_000)()
        assert.equal(reaper.stop(0)() === reaper.stop(0)(), true)
        hang.release()
        await stopping
        assert.deepEqual(told(), ['web 3 Error'])
        assert.equal((await stand.calls.answered('Delete')).outcome, 0)
      }),
  },
  {
    name: 'reaper: stop returns after its grace while a Delete hangs, and begins nothing that destroys',
    run: () =>
      withStand(async (stand) => {
        const store = lastingStore()
        await onStand(stand, { reaper: { store } }, async ({ reaper, told, effects }) => {
          const hang = stand.faults.set(onCall('Delete', hanging, { id: 'web' }))
          await stand.run({ id: 'job', command: sleeps })
          await stand.calls.answered('Containers/Get', 'job')
          await stand.run({ id: 'web', command: exits(3) })
          await hang.hit()
          const ends = ['web', 'job'].map((id) => reaper.stopped('ci', id)())
          const stopping = reaper.stop(150)()
          await stand.kill('job', 'SIGTERM')
          await stopping
          assert.deepEqual((await Promise.all(ends)).map(({ run, reason }) => [run, reason]), [
            [undefined, 'ReaperStopped'],
            [undefined, 'ReaperStopped'],
          ])
          assert.deepEqual(told(), [])
          assert.equal(stand.calls.count('Delete', 'job'), 0)
          assert.equal((await stand.calls.answered('Delete', 'web')).outcome, 1)
          assert.ok(effects.filter(({ _tag }) => _tag === 'DeleteTask').length >= 1)
          hang.release()
        })
        // The next one takes up what is left, from the store and from containerd.
        await onStand(stand, { reaper: { store } }, async ({ reaper, told, clean }) => {
          assert.equal((await reaper.stopped('ci', 'web')()).exitCode, 3)
          assert.equal((await reaper.stopped('ci', 'job')()).exitCode, 143)
          assert.deepEqual([...told()].sort(), ['job 143 Error', 'web 3 Error'])
          await clean()
        })
      }),
  },
  {
    name: 'reaper: started again it announces nothing that was announced, and goes on counting',
    run: () =>
      withStand(async (stand) => {
        const store = lastingStore()
        await onStand(stand, { reaper: { store } }, async ({ reaper, clean }) => {
          await stand.run({ id: 'web', command: exits(3) })
          await reaper.stopped('ci', 'web')()
          await clean()
        })
        await onStand(stand, { reaper: { store } }, async ({ reaper, announced }) => {
          assert.equal((await reaper.stopped('ci', 'web')()).exitCode, 3)
          await stand.run({ id: 'job', command: exits(4) })
          await reaper.stopped('ci', 'job')()
          assert.deepEqual(announced.map(({ run, seq }) => [run.id, seq]), [['job', 2]])
        })
      }),
  },
  {
    name: 'reaper: an exit that was written down before a crash keeps its code, whatever containerd says afterwards',
    run: () =>
      withStand(async (stand) => {
        const store = lastingStore()
        await onStand(stand, { reaper: { store } }, async ({ reaper }) => {
          // The task is deleted, but nobody hears of it: the answer is held until we are gone.
          const hold = stand.faults.set(onCall('Delete', answerHeld, { id: 'web' }))
          await stand.run({ id: 'web', command: exits(9) })
          await hold.hit()
          await stand.events.published('/tasks/delete', 'web')
          await reaper.stop(0)()
        })
        assert.ok((await recordsOf(store)).every(({ _tag }) => _tag === 'RunRecord'))
        await onStand(stand, { reaper: { store } }, async ({ reaper, told, clean }) => {
          await reaper.stopped('ci', 'web')()
          assert.deepEqual(told(), ['web 9 Error'])
          await clean()
        })
      }),
  },
  {
    name: 'reaper: a stop closes the store, and only when everything that was on its way is in it',
    run: () => {
      const store = memoryStore<ReaperRecord>()
      let closedAfter = 0
      let appended = 0
      const watched = {
        ...store,
        append: (batch: ReadonlyArray<ReaperRecord>) => async () => {
          const result = await store.append(batch)()
          appended += 1
          return result
        },
        close: () => {
          closedAfter = appended
          return store.close()
        },
      }
      return withReaper({ reaper: { store: watched } }, async ({ stand, reaper }) => {
        await stand.run({ id: 'web', command: exits(3) })
        await reaper.stopped('ci', 'web')()
        await reaper.stop(1_000)()
        assert.equal(closedAfter, appended)
        assert.ok(appended >= 2)
        assert.ok(E.isLeft(await store.append([])()))
      })
    },
  },
  {
    name: 'reaper: it can be stopped before it ever reached containerd, and twice',
    run: async () => {
      const containerd = connect({ address: '/nowhere/containerd.sock' })
      const started = await startReaper({ containerd, store: memoryStore<ReaperRecord>(), namespaces: ['ci'] })()
      assert.ok(E.isRight(started))
      await started.right.stop(60_000)()
      await started.right.stop(60_000)()
      containerd.close()
    },
  },
  {
    name: 'reaper: a store that cannot be loaded is said, and nothing is started',
    run: async () => {
      const broken = storeFailed('load the store', 'record 7: wanted a checksum, found none')
      const containerd = connect({ address: '/nowhere/containerd.sock' })
      const store = { ...memoryStore<ReaperRecord>(), load: () => () => Promise.resolve(E.left(broken)) }
      assert.deepEqual(await startReaper({ containerd, store, namespaces: ['ci'] })(), E.left(broken))
      containerd.close()
    },
  },
  {
    name: 'reaper: while the store fails nothing is deleted or announced; when it works again all goes on by itself',
    run: () => {
      const kept = memoryStore<ReaperRecord>()
      let full = true
      const store = {
        ...kept,
        append: (batch: ReadonlyArray<ReaperRecord>) => () =>
          full ? Promise.resolve(E.left(storeFailed('append to the store', 'no space left on device'))) : kept.append(batch)(),
      }
      return withReaper({ reaper: { store } }, async ({ stand, reaper, told, log, clean }) => {
        await stand.run({ id: 'web', command: exits(3) })
        await waitFor(() => log.lines.filter(({ level }) => level === 'error').length >= 3, { what: 'the failure to be said' })
        assert.deepEqual([told(), stand.calls.count('Delete')], [[], 0])
        full = false
        await reaper.stopped('ci', 'web')()
        assert.deepEqual(told(), ['web 3 Error'])
        await clean()
      })
    },
  },
  {
    name: 'reaper: a store that fails just at the announcement: it is told once, when it is written',
    run: () => {
      const kept = memoryStore<ReaperRecord>()
      let failures = 2
      const store = {
        ...kept,
        append: (batch: ReadonlyArray<ReaperRecord>) => () =>
          batch.some(({ _tag }) => _tag === 'Announcement') && failures-- > 0
            ? Promise.resolve(E.left(storeFailed('append to the store', 'no space left on device')))
            : kept.append(batch)(),
      }
      return withReaper({ reaper: { store } }, async ({ stand, reaper, told, clean }) => {
        await stand.run({ id: 'web', command: exits(3) })
        await reaper.stopped('ci', 'web')()
        await clean()
        assert.deepEqual(told(), ['web 3 Error'])
        assert.equal(stand.calls.count('Delete'), 1)
      })
    },
  },
  {
    name: 'reaper: a listener that throws is said, and stops nobody',
    run: () =>
      withReaper({
        reaper: {
          onAnnouncement: () => {
            throw new Error('oops')
          },
        },
      }, async ({ stand, reaper, log, told, clean }) => {
        for (const id of ['a', 'b']) {
          await stand.run({ id, command: exits(3) })
          await reaper.stopped('ci', id)()
        }
        await clean()
        assert.deepEqual(told(), ['a 3 Error', 'b 3 Error'])
        assert.deepEqual(log.lines.filter(({ level }) => level === 'error').map(({ fields }) => fields['error']), ['oops', 'oops'])
      }),
  },
]
