/** Plugins beside a reaper on an embedded containerd: told of every exit once, on every path, with what is true of it. */
import assert from 'node:assert/strict'
import { status } from '@grpc/grpc-js'
import type * as T from 'fp-ts/lib/Task.js'
import {
  callId,
  containerKey,
  containerOwner,
  defaultPolicy,
  type Effect,
  initial,
  lookup,
  millis,
  nanos,
  noMetadata,
  type ReaperEvent,
  type ReaperRecord,
  type RunId,
  sandboxKey,
  sandboxOwner,
  step,
} from '../../../../../core/index.ts'
import type { NriHost, Told } from '../../../../../shell/nri/host.ts'
import { makeNriPort } from '../../../../../shell/nri/reaper/reaper_nri.ts'
import { fakeContainerd } from '../../../../support/fake_containerd.ts'
import { listedState } from '../../../../support/nri/listed_state.ts'
import { testEnv } from '../../../../support/shell_env.ts'
import { settle } from '../../../../support/virtual_clock.ts'
import { dropped, onCall, onEvent, refused } from '../../../../../shell/embedded/index.ts'
import { bytesOf, intOf, messagesOf, pairsOf, parse, textOf } from '../../../../support/nri/bytes.ts'
import { eventsOf, withReaper } from '../../../../support/nri/with_reaper.ts'
import type { Vector } from '../../../../support/property.ts'
import { waitFor } from '../../../../support/wait_for.ts'

/** A host whose plugins want everything: notes what they are told. */
const hostThat = (told: Array<string>): NriHost => {
  const note = (name: string) => (id: string): T.Task<Told> => () => {
    told.push(`${name} ${id}`)
    return Promise.resolve({ _tag: 'Delivered', plugins: 1, failed: [] })
  }
  return {
    requestTimeoutMs: 2_000,
    provide: () => undefined,
    notify: ({ name, pod, container }) => note(name)(container?.id ?? pod.id),
    stopContainer: (_, { id }) => note('StopContainer')(id),
    removeContainer: (_, { id }) => note('RemoveContainer')(id),
    stopPodSandbox: ({ id }) => note('StopPodSandbox')(id),
    removePodSandbox: ({ id }) => note('RemovePodSandbox')(id),
    mayWant: () => true,
    plugins: () => [],
    close: () => Promise.resolve(),
  }
}

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
    name: 'nri reaper: the end of a sandbox is a stop of its pod',
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
  {
    name: 'nri reaper: pods and containers that go are told of once, after their ends, and only if they were there',
    run: async () => {
      const told: Array<string> = []
      const env = testEnv({ containerd: fakeContainerd({}) })
      let state = initial('boot-1')
      const port = makeNriPort(hostThat(told), env, () => state)
      const take = async (event: ReaperEvent): Promise<void> => {
        const [next, effects] = step({ ...defaultPolicy, nri: true })(event, state)
        state = next
        port.observe(event, effects, state)
        for (let turn = 0; turn < 20; turn++) await settle()
      }
      const listing = (containers: ReadonlyArray<string>, sandboxes: ReadonlyArray<string>): ReaperEvent => ({
        _tag: 'Relisted',
        namespace: 'ci',
        containers: containers.map((id) => ({ id, metadata: noMetadata })),
        tasks: [],
        sandboxes: sandboxes.map((id) => ({ id, sandboxer: 'shim' })),
        at: millis(1),
      })
      const deleted = (id: string): ReaperEvent => ({ _tag: 'ContainerDeleted', container: containerKey('ci', id), at: millis(2) })
      await take(deleted('never-seen'))
      await take(listing(['web'], ['pod-1', 'pod-2']))
      await take({ _tag: 'SandboxExited', sandbox: sandboxKey('ci', 'pod-1'), code: 3, exitedAt: undefined, at: millis(2) })
      await take({ _tag: 'SandboxExited', sandbox: sandboxKey('ci', 'pod-1'), code: 3, exitedAt: undefined, at: millis(2) })
      const exit = { code: 3, at: nanos(2n), rank: 'observed' } as const
      const again: Effect = {
        _tag: 'Persist',
        owner: sandboxOwner(sandboxKey('ci', 'pod-1')),
        call: callId(9),
        records: [{ _tag: 'SandboxRecord', namespace: 'ci', id: 'pod-1', exit, at: millis(2) }],
        release: [],
      }
      port.observe(deleted('web-2'), [again], state) // the write is tried again
      for (let turn = 0; turn < 20; turn++) await settle()
      assert.deepEqual(told, ['StopPodSandbox pod-1'])
      await take(deleted('web'))
      await take(deleted('web'))
      await take(listing([], ['pod-2']))
      await take(listing([], ['pod-2']))
      assert.deepEqual(told.sort(), ['RemoveContainer web', 'RemovePodSandbox pod-1', 'StopPodSandbox pod-1'])
    },
  },
  {
    name: 'nri reaper: a run is told of once, however often it is asked, until its row says so; one that was taken back is told of anew',
    run: async () => {
      const told: Array<string> = []
      const env = testEnv({ containerd: fakeContainerd({}) })
      const state = listedState([['ci', 'web']])
      const port = makeNriPort(hostThat(told), env, () => state)
      const run: RunId = { namespace: 'ci', id: 'web', pid: 42, generation: 1 }
      const settled = (records: ReadonlyArray<ReaperRecord>): Effect => (
        { _tag: 'Persist', owner: containerOwner(containerKey('ci', 'web')), call: callId(1), records, release: [] }
      )
      const tick: ReaperEvent = { _tag: 'TimerFired', owner: containerOwner(containerKey('ci', 'web')), call: callId(9), at: millis(1) }
      await Promise.all([port.exited(run)(), port.exited(run)()])
      await port.exited(run)()
      assert.equal(told.length, 1)
      port.observe(tick, [settled([{ _tag: 'RunDropped', run }])], state)
      await port.exited(run)()
      assert.deepEqual(told, ['StopContainer web', 'StopContainer web'])
    },
  },
]
