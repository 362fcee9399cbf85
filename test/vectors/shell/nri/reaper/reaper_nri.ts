/** Plugins beside a reaper on an embedded containerd: told of every exit once, on every path, with what is true of it. */
import assert from 'node:assert/strict'
import { status } from '@grpc/grpc-js'
import { lookup, sandboxKey } from '../../../../../core/index.ts'
import { dropped, onCall, onEvent, refused } from '../../../../../shell/embedded/index.ts'
import { bytesOf, intOf, messagesOf, pairsOf, parse, textOf } from '../../../../support/nri/bytes.ts'
import { eventsOf, withReaper } from '../../../../support/nri/with_reaper.ts'
import type { Vector } from '../../../../support/property.ts'
import { waitFor } from '../../../../support/wait_for.ts'

const sleeper = (id: string) => ({ namespace: 'ci', id, command: ['sleep', '600'] })
const named = (id: string) => ({ namespace: 'ci', id })

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'nri reaper: an exit is told once, with state, code, time, reason and what the record says; then the removal',
    run: () =>
      withReaper(async ({ embedded, start }) => {
        const life = await start()
        await life.reaper.ready()
        const plugin = await life.plugin()
        await embedded.run({ ...sleeper('web-1'), labels: { app: 'shop' }, env: { A: 'b' } })
        const stopped = life.reaper.stopped('ci', 'web-1')()
        await embedded.kill(named('web-1'), 'SIGTERM')
        const { exitedAt } = await stopped
        await embedded.deleteRecord(named('web-1'))
        const removal = await plugin.called('RemoveContainer')
        assert.deepEqual(eventsOf(plugin), ['StopContainer web-1', 'RemoveContainer web-1'])
        const stop = await plugin.called('StopContainer')
        const [pod, container] = [parse(bytesOf(stop.payload, 1)), parse(bytesOf(stop.payload, 2))]
        assert.deepEqual([textOf(container, 1), textOf(container, 2), textOf(container, 3)], ['web-1', 'web-1', 'web-1'])
        assert.deepEqual([4, 12, 17].map((field) => intOf(container, field)), [4n, 0n, 143n])
        assert.equal(intOf(container, 16), exitedAt)
        assert.equal(textOf(container, 18), 'Error')
        assert.deepEqual(pairsOf(container, 5), ['app=shop'])
        assert.deepEqual([textOf(pod, 1), textOf(pod, 4)], ['web-1', 'ci'])
        assert.deepEqual(removal.payload, stop.payload)
      }),
  },
  {
    name: 'nri reaper: a plugin that comes later is told what there is: what runs, what has stopped and how, in which pod',
    run: () =>
      withReaper(async ({ embedded, start }) => {
        const life = await start()
        await life.reaper.ready()
        await embedded.run(sleeper('runs'))
        await embedded.run({ namespace: 'ci', id: 'over', command: ['sh', '-c', 'exit 7'] })
        await life.reaper.stopped('ci', 'over')()
        const plugin = await life.plugin()
        const { payload } = await plugin.called('Synchronize')
        const found = messagesOf(payload, 2).map((
          one,
        ) => [textOf(one, 1), Number(intOf(one, 4)), intOf(one, 12) > 0n, Number(intOf(one, 17))])
        assert.deepEqual(found.sort(), [['over', 4, false, 7], ['runs', 3, true, 0]])
        assert.deepEqual(messagesOf(payload, 1).map((one) => textOf(one, 1)).sort(), ['over', 'runs'])
        assert.deepEqual(eventsOf(plugin), [])
      }),
  },
  {
    name: 'nri reaper: told once where the task has gone already, where the delete fails at first, and where the event was lost',
    run: () =>
      withReaper(async ({ embedded, start }) => {
        const life = await start({ policy: { backoffFirstMs: 20, inferredGraceMs: 50 } })
        await life.reaper.ready()
        const plugin = await life.plugin()
        for (const id of ['gone', 'backoff', 'lost']) await embedded.run(sleeper(id))
        const stopped = ['gone', 'backoff', 'lost'].map((id) => life.reaper.stopped('ci', id)())
        embedded.faults.set(onCall('Delete', refused(status.UNKNOWN, 'not now'), { id: 'backoff', times: 2 }))
        embedded.faults.set(onEvent('/tasks/exit', dropped, { id: 'lost' }))
        await embedded.killShim(named('gone'))
        await embedded.kill(named('backoff'))
        await embedded.kill(named('lost'))
        await Promise.all(stopped)
        assert.deepEqual([...eventsOf(plugin)].sort(), ['StopContainer backoff', 'StopContainer gone', 'StopContainer lost'])
      }),
  },
  {
    name: 'nri reaper: an exit while no reaper ran is told by the next one; what was told before is not told again',
    run: () =>
      withReaper(async ({ embedded, start }) => {
        const before = await start()
        await before.reaper.ready()
        const first = await before.plugin()
        await embedded.run(sleeper('early'))
        await embedded.run(sleeper('late'))
        const stopped = before.reaper.stopped('ci', 'early')()
        await embedded.kill(named('early'))
        await stopped
        await before.stop()
        await embedded.kill(named('late'))
        await embedded.exited(named('late'))
        await embedded.crash() // so that the plugin is there before the exit is seen
        const after = await start()
        const joining = after.plugin()
        await embedded.revive()
        const second = await joining
        await after.reaper.stopped('ci', 'late')()
        assert.deepEqual(eventsOf(first), ['StopContainer early'])
        assert.deepEqual(eventsOf(second).filter((name) => name !== 'StopContainer late'), [])
        const { payload } = await second.called('Synchronize')
        assert.deepEqual(messagesOf(payload, 2).map((one) => textOf(one, 1)).sort(), ['early', 'late'])
      }),
  },
  {
    name: 'nri reaper: a plugin that hangs delays no delete longer than its time, and is told nothing more',
    run: () =>
      withReaper(async ({ embedded, start }) => {
        const life = await start()
        await life.reaper.ready()
        const hung = await life.plugin({ index: '01', replies: { StopContainer: () => 'nothing' } })
        const good = await life.plugin({ index: '02' })
        await embedded.run(sleeper('web-1'))
        const stopped = life.reaper.stopped('ci', 'web-1')()
        await embedded.kill(named('web-1'))
        assert.equal((await stopped).exitCode, 137)
        await hung.cutOff()
        await good.called('StopContainer')
        assert.deepEqual([eventsOf(hung), eventsOf(good)], [['StopContainer web-1'], ['StopContainer web-1']])
      }),
  },
  {
    name: 'nri reaper: the end of a sandbox is a stop of its pod, and its removal is seen by the next listing',
    run: () =>
      withReaper(async ({ embedded, start }) => {
        const life = await start({ limits: { relistPeriodMs: 50 } })
        await life.reaper.ready()
        const plugin = await life.plugin({ events: 0x6 })
        embedded.createSandbox({ namespace: 'ci', id: 'pod-1', labels: new Map([['app', 'shop']]) })
        await waitFor(() => lookup(sandboxKey('ci', 'pod-1'), life.reaper.state().sandboxes), { what: 'the sandbox' })
        embedded.exitSandbox(named('pod-1'), 3)
        const stop = await plugin.called('StopPodSandbox')
        assert.deepEqual(pairsOf(parse(bytesOf(stop.payload, 1)), 5), ['app=shop'])
        assert.deepEqual(eventsOf(plugin), ['StopPodSandbox pod-1'])
      }),
  },
]
