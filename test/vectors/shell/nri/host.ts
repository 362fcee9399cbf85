/** The host as plugins see it: registration, what there is, events in order, and plugins that change their minds or the world. */
import assert from 'node:assert/strict'
import { lstatSync } from 'node:fs'
import { ContainerUpdate } from '../../../../shell/proto/gen/nri/api.ts'
import { bytesOf, int, intOf, message, messagesOf, pairsOf, parse, text, textOf } from '../../../support/nri/bytes.ts'
import type { HostCall } from '../../../support/nri/raw_plugin.ts'
import { pod, stopped, withHost } from '../../../support/nri/with_host.ts'
import type { Vector } from '../../../support/property.ts'
import { waitFor } from '../../../support/wait_for.ts'

const all = 0x3fff
const update = (id: string, ignoreFailure = false): ContainerUpdate => ContainerUpdate.fromPartial({ containerId: id, ignoreFailure })
const updating = (...ids: ReadonlyArray<string>) => (): Uint8Array => message(...ids.map((id) => text(1, text(1, id))))

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'host: the socket is ours alone',
    run: () => withHost({}, async ({ socketPath }) => void assert.equal(lstatSync(socketPath).mode & 0o777, 0o600)),
  },
  {
    name: 'host: a plugin registers, is configured, then synchronised, then told',
    run: () =>
      withHost({
        runtimeVersion: '0.1.0',
        snapshot: () => Promise.resolve({ pods: [pod('p')], containers: [stopped('c', 'p')] }),
      }, async ({ host, join }) => {
        const plugin = await join()
        const told = await host.stopContainer(pod('p'), stopped('c', 'p'))()
        assert.deepEqual(told, { _tag: 'Delivered', plugins: 1, failed: [] })
        assert.deepEqual(plugin.calls.map(({ service, method }) => [service, method]), [
          ['nri.pkg.api.v1alpha1.Plugin', 'Configure'],
          ['nri.pkg.api.v1alpha1.Plugin', 'Synchronize'],
          ['nri.pkg.api.v1alpha1.Plugin', 'StopContainer'],
        ])
        const [configure, synchronize, stop] = plugin.calls as readonly [HostCall, HostCall, HostCall]
        assert.deepEqual([2, 3, 6].map((field) => textOf(configure.payload, field)), ['containerd-reaper', '0.1.0', 'v0.12.0'])
        assert.deepEqual([4, 5].map((field) => intOf(configure.payload, field)), [5_000n, 2_000n])
        assert.equal(configure.timeoutNano, 2_000_000_000n)
        assert.deepEqual(messagesOf(synchronize.payload, 1).map((found) => textOf(found, 1)), ['p'])
        assert.deepEqual(messagesOf(synchronize.payload, 2).map((found) => [textOf(found, 1), textOf(found, 2)]), [['c', 'p']])
        assert.equal(intOf(synchronize.payload, 3), 0n)
        const container = parse(bytesOf(stop.payload, 2))
        assert.deepEqual([textOf(container, 1), intOf(container, 4), intOf(container, 17)], ['c', 4n, 3n])
        assert.equal(textOf(parse(bytesOf(stop.payload, 1)), 2), 'pod-p')
      }),
  },
  {
    name: 'host: a plugin gets what its mask asks for; no mask asks for everything',
    run: () =>
      withHost({}, async ({ host, join }) => {
        const [some, every, none] = [await join({ name: 'some' }), await join({ name: 'every', events: 0 }), await join({ events: 0x20 })]
        await host.stopContainer(pod('p'), stopped('c', 'p'))()
        await host.removeContainer(pod('p'), stopped('c', 'p'))()
        await host.stopPodSandbox(pod('p'))()
        await host.removePodSandbox(pod('p'))()
        assert.deepEqual(some.events(), ['StopContainer', 'RemoveContainer'])
        assert.deepEqual(every.events(), ['StopContainer', 'RemoveContainer', 'StopPodSandbox', 'RemovePodSandbox'])
        assert.deepEqual(none.events(), [])
      }),
  },
  {
    name: 'host: nobody listens, nothing is said',
    run: () =>
      withHost({}, async ({ host, join }) => {
        assert.deepEqual(await host.stopContainer(pod('p'), stopped('c', 'p'))(), { _tag: 'NoneListening' })
        assert.equal(host.mayWant('StopContainer'), false)
        await join({ events: 0x400 })
        assert.deepEqual([host.mayWant('StopContainer'), host.mayWant('RemoveContainer')], [false, true])
      }),
  },
  {
    name: 'host: plugins are told in the order of their indices, each when the one before has answered',
    run: () =>
      withHost({}, async ({ host, join }) => {
        const order: Array<string> = []
        const noting = (name: string) => ({ name, replies: { StopContainer: () => (order.push(name), new Uint8Array(0)) } })
        await join({ ...noting('late'), index: '99' })
        await join({ ...noting('early'), index: '05' })
        const slow = await join({ name: 'slow', index: '50', replies: { StopContainer: () => (order.push('slow'), 'nothing') } })
        const told = host.stopContainer(pod('p'), stopped('c', 'p'))()
        const asked = await slow.called('StopContainer')
        assert.deepEqual(order, ['early', 'slow'])
        slow.reply(asked, new Uint8Array(0))
        assert.equal((await told)._tag, 'Delivered')
        assert.deepEqual(order, ['early', 'slow', 'late'])
        assert.deepEqual(host.plugins().map(({ index }) => index), ['05', '50', '99'])
      }),
  },
  {
    name: 'host: events of one pod keep their order, also where only some plugins want the first',
    run: () =>
      withHost({}, async ({ host, join }) => {
        const stops = await join({ name: 'stops', index: '01', events: 0x200, replies: { StopContainer: () => 'nothing' } })
        const both = await join({ name: 'both', index: '02' })
        const stop = host.stopContainer(pod('p'), stopped('c', 'p'))()
        const asked = await stops.called('StopContainer')
        const remove = host.removeContainer(pod('p'), stopped('c', 'p'))()
        await host.removeContainer(pod('q'), stopped('d', 'q'))()
        stops.reply(asked, new Uint8Array(0))
        await Promise.all([stop, remove])
        const told = both.calls.slice(2).map(({ method, payload }) => `${method} ${textOf(parse(bytesOf(payload, 2)), 1)}`)
        assert.deepEqual(told, ['RemoveContainer d', 'StopContainer c', 'RemoveContainer c'])
      }),
  },
  {
    name: 'host: what happens before a plugin has said what it wants is told only if it wants it',
    run: () =>
      withHost({}, async ({ host, connect }) => {
        const plugin = await connect({ events: 0x400, replies: { Configure: () => 'nothing' } })
        await plugin.register()
        const asked = await plugin.called('Configure')
        const told = [host.stopContainer(pod('p'), stopped('c', 'p'))(), host.removeContainer(pod('p'), stopped('c', 'p'))()]
        plugin.reply(asked, int(2, 0x400))
        await Promise.all(told)
        assert.deepEqual(plugin.events(), ['RemoveContainer'])
      }),
  },
  {
    name: 'host: a plugin of an older NRI is told by StateChange, from the first UNIMPLEMENTED on; the stop is a call of its own',
    run: () =>
      withHost({}, async ({ host, join }) => {
        const unknown = (name: string) => () => ({ code: 12, message: `method ${name}` })
        const old = await join({
          events: all,
          replies: { RemoveContainer: unknown('RemoveContainer'), StopPodSandbox: unknown('StopPodSandbox') },
        })
        await host.stopContainer(pod('p'), stopped('c', 'p'))()
        await host.removeContainer(pod('p'), stopped('c', 'p'))()
        await host.stopPodSandbox(pod('p'))()
        await host.stopContainer(pod('p'), stopped('c', 'p'))()
        assert.deepEqual(old.events(), ['StopContainer', 'RemoveContainer', 'StateChange', 'StateChange', 'StopContainer'])
        const [removed, podStopped] = old.calls.filter(({ method }) => method === 'StateChange')
        assert.deepEqual([intOf(removed!.payload, 1), textOf(parse(bytesOf(removed!.payload, 3)), 1)], [11n, 'c'])
        assert.deepEqual([intOf(podStopped!.payload, 1), podStopped!.payload.has(3)], [2n, false])
      }),
  },
  {
    name: 'host: updates in an answer are applied; what cannot be is reported, aloud unless the plugin does not mind',
    run: () =>
      withHost({ refuse: ({ containerId }) => (containerId === 'gone' ? 'there is no such container' : undefined) }, async (world) => {
        const { host, join, updates, says } = world
        await join({ replies: { StopContainer: updating('other', 'gone') } })
        const told = await host.stopContainer(pod('p'), stopped('c', 'p'))()
        assert.deepEqual(updates.map(({ containerId }) => containerId), ['other', 'gone'])
        assert.ok(told._tag === 'Delivered')
        assert.deepEqual(told.failed.map(({ update: { containerId }, reason }) => [containerId, reason]), [[
          'gone',
          'there is no such container',
        ]])
        assert.deepEqual(says('cannot change a container as an NRI plugin asked'), ['there is no such container'])
      }),
  },
  {
    name: 'host: a plugin may ask for updates by itself, and hears which failed',
    run: () =>
      withHost({ refuse: ({ containerId }) => (containerId === 'gone' ? 'no' : undefined) }, async ({ connect, updates }) => {
        const plugin = await connect()
        assert.equal((await plugin.call('UpdateContainers', text(1, text(1, 'c'))))[0], 9)
        await plugin.join()
        const [code, answer] = await plugin.call('UpdateContainers', message(text(1, text(1, 'c')), text(1, text(1, 'gone'))))
        assert.deepEqual([code, messagesOf(answer, 1).map((failed) => textOf(failed, 1))], [0, ['gone']])
        assert.deepEqual(updates.map(({ containerId }) => containerId), ['c', 'gone'])
        assert.equal(update('c').ignoreFailure, false)
      }),
  },
  {
    name: 'host: what happens while a plugin is being synchronised is told afterwards',
    run: async () => {
      let give: () => void = () => undefined
      const asked = new Promise<void>((resolve) => give = resolve)
      await withHost({ snapshot: () => asked.then(() => ({ pods: [], containers: [] })) }, async ({ host, connect }) => {
        const plugin = await connect()
        assert.equal(await plugin.register(), 0)
        await plugin.called('Configure')
        const told = host.stopContainer(pod('p'), stopped('c', 'p'))()
        assert.deepEqual(plugin.events(), [])
        give()
        await told
        assert.deepEqual(plugin.calls.map(({ method }) => method), ['Configure', 'Synchronize', 'StopContainer'])
      })
    },
  },
  {
    name: 'host: more than one message can hold is synchronised in several, the last without more to come',
    run: async () => {
      const large = Array.from({ length: 10 }, (_, n) => ({ ...stopped(`c${n}`, 'p'), env: ['x'.repeat(1_000_000)] }))
      await withHost({ snapshot: () => Promise.resolve({ pods: [pod('p')], containers: large }) }, async ({ connect, host }) => {
        const plugin = await connect()
        await plugin.register()
        await plugin.called('Synchronize', 3)
        await waitFor(() => host.plugins().length === 1, { what: 'the plugin' })
        const chunks = plugin.calls.filter(({ method }) => method === 'Synchronize')
        assert.deepEqual(chunks.map(({ payload }) => intOf(payload, 3)), [1n, 1n, 0n])
        assert.deepEqual(
          chunks.flatMap(({ payload }) => messagesOf(payload, 2).map((found) => textOf(found, 1))),
          large.map(({ id }) => id),
        )
        assert.ok(chunks.every(({ frames }) => frames.length === 2 && frames[0] === 4_096))
      })
    },
  },
  {
    name: 'host: labels are kept as they are, whatever their names',
    run: () =>
      withHost({}, async ({ host, join }) => {
        const plugin = await join()
        const labels = new Map([['__proto__', 'a'], ['app', 'b']])
        await host.stopContainer({ ...pod('p'), labels }, stopped('c', 'p'))()
        const call = await plugin.called('StopContainer')
        assert.deepEqual(pairsOf(parse(bytesOf(call.payload, 1)), 5), ['__proto__=a', 'app=b'])
      }),
  },
]
