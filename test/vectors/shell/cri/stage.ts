/** V90, W9: CREATED, STARTED, STOPPED, DELETED in that order for each container, whatever order containerd reported things in. */
import assert from 'node:assert/strict'
import { type Announcement, containerKey, millis, nanos } from '../../../../core/index.ts'
import { makeTimes } from '../../../../shell/cri/times.ts'
import { type Served, type Subscriber, withCri } from '../../../support/cri/served.ts'
import type { Vector } from '../../../support/property.ts'
import { virtualClock } from '../../../support/virtual_clock.ts'

const key = (id: string) => containerKey('ci', id)
const exited = (served: Served, id: string, pid: number, code = 3): void =>
  served.post({
    _tag: 'TaskExited',
    container: key(id),
    processId: id,
    pid,
    code,
    exitedAt: nanos(BigInt(Math.trunc(served.now())) * 1_000_000n),
    at: millis(served.now()),
  })

const expecting = (act: (served: Served, listener: Subscriber) => void | Promise<void>, told: ReadonlyArray<string>) => () =>
  withCri(async (served) => {
    const listener = await served.subscribe()
    await act(served, listener)
    await listener.events(told.length)
    // Nothing comes after it: a later event arrives behind all of these.
    await served.create('last')
    await listener.events(told.length + 1)
    assert.deepEqual(listener.told(), [...told, 'last CREATED'])
  })

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'V90: an exit before STARTED was sent: STARTED, then STOPPED',
    run: expecting(async (served) => {
      await served.create('a')
      exited(served, 'a', 42)
    }, ['a CREATED', 'a STARTED', 'a STOPPED']),
  },
  {
    name: 'V90: an exit of a container that nobody had heard of',
    run: expecting((served) => {
      exited(served, 'a', 42)
      // Its record has gone by the time it is read, and it was never seen alive: nothing is known to have been there.
    }, []),
  },
  {
    name: 'a container removed while its exit is being handled: DELETED waits for STOPPED',
    run: expecting(async (served) => {
      await served.create('a')
      served.start('a')
      served.hold()
      served.exit('a')
      served.remove('a')
      served.release()
    }, ['a CREATED', 'a STARTED', 'a STOPPED', 'a DELETED']),
  },
  {
    name: 'an id used again before STOPPED of its last run is durable: its next STARTED waits',
    run: expecting(async (served) => {
      await served.create('a')
      served.start('a')
      served.hold()
      served.exit('a')
      served.start('a')
      served.release()
      served.exit('a', 5)
    }, ['a CREATED', 'a STARTED', 'a STOPPED', 'a STARTED', 'a STOPPED']),
  },
  {
    name: 'STOPPED is not told before it is durable',
    run: () =>
      withCri(async (served) => {
        const listener = await served.subscribe()
        await served.create('a')
        served.start('a')
        served.hold()
        served.exit('a')
        await served.create('b')
        await listener.events(3)
        assert.deepEqual(listener.told(), ['a CREATED', 'a STARTED', 'b CREATED'])
        served.release()
        await listener.events(4)
        assert.deepEqual(listener.told().at(-1), 'a STOPPED')
      }),
  },
  {
    name: 'events that come twice, and listings of what is known, add nothing',
    run: expecting(async (served) => {
      await served.create('a')
      served.start('a')
      const container = { id: 'a', metadata: { sandboxId: undefined, kind: 'container', ownPidNamespace: false } } as const
      served.post({ _tag: 'ContainerChanged', container: key('a'), at: millis(served.now()) })
      served.post({ _tag: 'TaskStarted', container: key('a'), pid: 101, at: millis(served.now()) })
      const tasks = [{ id: 'a', task: { _tag: 'Running', pid: 101 } }] as const
      served.post({ _tag: 'Relisted', namespace: 'ci', containers: [container], tasks, sandboxes: undefined, at: millis(served.now()) })
      served.exit('a')
      exited(served, 'a', 101)
      served.remove('a')
      served.remove('a')
    }, ['a CREATED', 'a STARTED', 'a STOPPED', 'a DELETED']),
  },
  {
    name: 'CRI contract: order: W9: 500 containers that exit together, 5 of them in a pod each: no inversion',
    run: () =>
      withCri(async (served) => {
        const listener = await served.subscribe()
        const ids = Array.from({ length: 500 }, (_, n) => `c${n}`)
        for (const id of ids) await served.create(id, { pod: `p${Number(id.slice(1)) % 100}` })
        for (const id of ids) served.start(id)
        served.hold()
        for (const id of [...ids].reverse()) served.exit(id)
        for (const id of ids) if (Number(id.slice(1)) % 2 === 0) served.remove(id)
        served.release()
        await listener.events(500 * 3 + 250)
        for (const id of ids) {
          const told = listener.heard.filter((event) => event.id === id).map(({ type }) => type)
          assert.deepEqual(told, ['CREATED', 'STARTED', 'STOPPED', ...(Number(id.slice(1)) % 2 === 0 ? ['DELETED'] : [])], id)
        }
      }),
  },
  {
    name: 'the time of an event never goes back within a pod, whatever the clock does',
    run: () =>
      withCri(async (served) => {
        const listener = await served.subscribe()
        await served.create('a')
        served.post({ _tag: 'TaskStarted', container: key('a'), pid: 42, at: millis(served.now() - 60_000) })
        exited(served, 'a', 42)
        for (let n = 0; n < 30; n++) await served.live(`c${n}`, 0, { pod: 'p' })
        await listener.events(93)
        for (const pod of ['a:pod', 'p']) {
          const times = listener.heard.filter((event) => event.pod === pod).map(({ at }) => at)
          assert.deepEqual(times, [...times].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)), pod)
        }
      }),
  },
  {
    name: 'STOPPED has the time of its announcement, and what is told before it, while that is being written, is not later',
    run: async () => {
      const clock = virtualClock()
      await withCri(async (served) => {
        const listener = await served.subscribe()
        for (const id of ['a', 'b']) await served.create(id, { pod: 'p' })
        served.start('a')
        served.hold('announcements')
        served.exit('a')
        await clock.advance(50)
        served.start('b')
        await served.create('other')
        served.release()
        await clock.advance(50)
        await served.create('c', { pod: 'p' })
        await listener.events(7)
        assert.deepEqual(listener.told().slice(3), ['b STARTED', 'other CREATED', 'a STOPPED', 'c CREATED'])
        const [said] = served.announced
        const begin = BigInt(said?.at ?? 0) * 1_000_000n
        assert.deepEqual(listener.heard.slice(3).map(({ at }) => (at - begin) / 1_000_000n), [0n, 50n, 0n, 100n])
      }, { clock })
    },
  },
  {
    name: 'STOPPED is told in the pod of its run, with the time of its announcement, also when the id is in use again in another pod',
    run: async () => {
      const clock = virtualClock()
      await withCri(async (served) => {
        const listener = await served.subscribe()
        await served.create('a', { pod: 'p' })
        await served.create('b', { pod: 'q' })
        served.start('a')
        served.hold('announcements')
        served.exit('a')
        await clock.advance(50)
        await served.create('a', { pod: 'q' })
        served.start('b')
        served.release()
        await listener.events(5)
        const [said] = served.announced
        const stopped = listener.heard.find(({ id, type }) => id === 'a' && type === 'STOPPED')
        assert.equal(stopped?.at, BigInt(said?.at ?? 0) * 1_000_000n)
      }, { clock })
    },
  },
  {
    name: 'what ends after its record has gone: what is told of the id while that is being written is not later than its STOPPED',
    run: async () => {
      const clock = virtualClock()
      await withCri(async (served) => {
        const listener = await served.subscribe()
        await served.live('a')
        served.remove('a')
        await clock.advance(50)
        served.hold('announcements')
        served.start('a')
        served.exit('a')
        served.remove('a')
        await clock.advance(50)
        await served.create('a')
        await clock.advance(50)
        served.release()
        await served.create('last')
        await listener.hears('last CREATED')
        const said = served.announced.at(-1)
        assert.deepEqual(listener.told().slice(4, -1), ['a CREATED', 'a STARTED', 'a STOPPED'])
        const begin = BigInt(said?.at ?? 0) * 1_000_000n
        assert.deepEqual(listener.heard.slice(4, -1).map(({ at }) => (at - begin) / 1_000_000n), [0n, 0n, 0n])
      }, { clock })
    },
  },
  {
    name: 'an announcement keeps its time while it is being written, also when its container is not ours by then',
    run: async () => {
      const clock = virtualClock()
      await withCri(async (served) => {
        const listener = await served.subscribe()
        await served.create('a')
        served.start('a')
        served.hold('announcements')
        served.exit('a')
        await clock.advance(50)
        served.disown('a')
        await clock.advance(50)
        await served.create('a')
        served.release()
        await listener.hears('a STOPPED')
        const [said] = served.announced
        const stopped = listener.heard.find(({ type }) => type === 'STOPPED')
        assert.equal(stopped?.at, BigInt(said?.at ?? 0) * 1_000_000n)
      }, { clock })
    },
  },
  {
    name: 'what happens in a pod after a write that failed is not told with the time of that write',
    run: async () => {
      const times = makeTimes(() => true)
      const said = { run: { id: 'a' }, seq: 1, at: 1 } as unknown as Announcement
      times.expect('p', said, 'Container 7')
      assert.equal(times.of('p', undefined, nanos(5_000_000n)), 1_000_000n)
      times.written('a', 'Container 7')
      assert.equal(times.of('p', undefined, nanos(5_000_000n)), 5_000_000n)
    },
  },
]
