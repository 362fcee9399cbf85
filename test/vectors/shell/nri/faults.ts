/** Plugins that hang, die, misbehave or lie, and what the others see of it: nothing but a wait of one request's time. */
import assert from 'node:assert/strict'
import { createConnection } from 'node:net'
import { garbage, type Reply } from '../../../support/nri/raw_plugin.ts'
import { hex, message, mux, text, ttrpc } from '../../../support/nri/bytes.ts'
import { type HostWorld, pod, stopped, withHost } from '../../../support/nri/with_host.ts'
import type { Vector } from '../../../support/property.ts'
import { settle } from '../../../support/virtual_clock.ts'
import { waitFor } from '../../../support/wait_for.ts'

const stop = ({ host }: HostWorld, id = 'c') => host.stopContainer(pod(id), stopped(id, id))()
const silent: Readonly<Record<string, () => Reply>> = { StopContainer: () => 'nothing' }
const gone = ({ host }: HostWorld, plugins: number) =>
  waitFor(() => host.plugins().length === plugins, { what: `${plugins} plugins in the list` })

/** A peer that sends these bytes is cut off with this line, and a well-behaved plugin hears of the next stop all the same. */
const cutOffFor = (name: string, bytes: Uint8Array, line: RegExp): Vector => ({
  name: `host: cut off: ${name}`,
  run: () =>
    withHost({}, async (world) => {
      const good = await world.join({ name: 'good' })
      const bad = await world.join({ name: 'bad', index: '05' })
      bad.sendRaw(bytes)
      await bad.cutOff()
      await gone(world, 1)
      const lines = world.says('NRI plugin cut off')
      assert.equal(lines.length, 1)
      assert.match(lines[0] ?? '', line)
      await stop(world)
      assert.deepEqual(good.events(), ['StopContainer'])
    }),
})

const repeated = (times: number, bytes: Uint8Array): Uint8Array => message(...Array.from({ length: times }, () => bytes))

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'host: a plugin that never answers is given up when its time is up, and costs the caller that time once',
    run: () =>
      withHost({}, async (world) => {
        const hung = await world.join({ name: 'hung', index: '01', replies: silent })
        const good = await world.join({ name: 'good', index: '02' })
        const first = stop(world)
        await hung.called('StopContainer')
        await world.clock.advance(1_999)
        assert.deepEqual([hung.isCutOff(), good.events()], [false, []])
        await world.clock.advance(1)
        assert.deepEqual(await first, { _tag: 'Late', ms: 2_000 })
        await hung.cutOff()
        await good.called('StopContainer') // beside, and all the same
        await gone(world, 1)
        assert.deepEqual(world.says('NRI plugin cut off'), ['Cannot finish Plugin.StopContainer: no answer within 2000 ms'])
        assert.equal((await stop(world, 'd'))._tag, 'Delivered')
      }),
  },
  {
    name: 'host: several slow plugins together delay a caller by one request at most, and are all told',
    run: () =>
      withHost({}, async (world) => {
        const slow = [await world.join({ index: '01', replies: silent }), await world.join({ index: '02', replies: silent })]
        const told = stop(world)
        const first = await slow[0]!.called('StopContainer')
        await world.clock.advance(1_900)
        slow[0]!.reply(first, new Uint8Array(0))
        const second = await slow[1]!.called('StopContainer')
        await world.clock.advance(100)
        assert.equal((await told)._tag, 'Late')
        await world.clock.advance(1_800)
        slow[1]!.reply(second, new Uint8Array(0))
        await settle()
        assert.deepEqual(world.host.plugins().length, 2)
        assert.deepEqual(world.says('NRI plugin cut off'), [])
      }),
  },
  {
    name: 'host: an answer that comes twice is nothing, to nobody',
    run: () =>
      withHost({}, async (world) => {
        const twice = await world.join({ name: 'twice', index: '01' })
        const good = await world.join({ name: 'good', index: '02' })
        await stop(world)
        const call = await twice.called('StopContainer')
        twice.reply(call, text(1, text(1, 'other'))) // it would be an update of a container, had it come first
        twice.reply(call, { code: 2, message: 'no' })
        assert.equal((await stop(world, 'd'))._tag, 'Delivered')
        assert.equal(twice.isCutOff(), false)
        assert.equal(world.updates.length, 0)
        assert.deepEqual(good.events(), ['StopContainer', 'StopContainer'])
      }),
  },
  {
    name: 'host: an answer that comes after its time is nothing: its plugin is gone by then, and the others were told without it',
    run: () =>
      withHost({}, async (world) => {
        const late = await world.join({ name: 'late', index: '01', replies: silent })
        const good = await world.join({ name: 'good', index: '02' })
        const told = stop(world)
        const call = await late.called('StopContainer')
        await world.clock.advance(2_000)
        late.reply(call, text(1, text(1, 'other')))
        assert.equal((await told)._tag, 'Late')
        await late.cutOff()
        await good.called('StopContainer')
        assert.equal((await stop(world, 'd'))._tag, 'Delivered')
        assert.equal(world.updates.length, 0)
        assert.deepEqual([late.events(), good.events()], [['StopContainer'], ['StopContainer', 'StopContainer']])
      }),
  },
  {
    name: 'host: a plugin that dies in the middle of a call is gone at once, and the next one is told',
    run: () =>
      withHost({}, async (world) => {
        const dying = await world.join({ name: 'dying', index: '01', replies: silent })
        const good = await world.join({ name: 'good', index: '02' })
        const told = stop(world)
        await dying.called('StopContainer')
        dying.close()
        assert.equal((await told)._tag, 'Delivered')
        assert.deepEqual(good.events(), ['StopContainer'])
        await gone(world, 1)
      }),
  },
  {
    name: 'host: a plugin that says no stays, and the next one is told',
    run: () =>
      withHost({}, async (world) => {
        const refusing = await world.join({ index: '01', replies: { StopContainer: () => ({ code: 2, message: 'I\nwill not' }) } })
        const good = await world.join({ index: '02' })
        assert.equal((await stop(world))._tag, 'Delivered')
        assert.deepEqual([refusing.isCutOff(), good.events()], [false, ['StopContainer']])
        assert.deepEqual(world.says('an NRI plugin failed, going on without its answer'), [
          'Cannot finish Plugin.StopContainer: the answer was code 2: I?will not',
        ])
      }),
  },
  {
    name: 'host: a plugin that comes back registers anew, is synchronised and told; two of one name may be there',
    run: () =>
      withHost({}, async (world) => {
        const before = await world.join()
        before.close()
        await gone(world, 0)
        const after = await world.join()
        const twin = await world.join()
        await stop(world)
        assert.deepEqual([after, twin].map((plugin) => plugin.calls.map(({ method }) => method)), [
          ['Configure', 'Synchronize', 'StopContainer'],
          ['Configure', 'Synchronize', 'StopContainer'],
        ])
        assert.deepEqual(before.events(), [])
      }),
  },
  {
    name: 'host: who says nothing is cut off after five seconds, and holds up nobody meanwhile',
    run: () =>
      withHost({}, async (world) => {
        const mute = await world.connect()
        const good = await world.join()
        assert.equal((await stop(world))._tag, 'Delivered')
        await world.clock.advance(5_000)
        await mute.cutOff()
        assert.equal(good.isCutOff(), false)
        assert.deepEqual(world.says('NRI plugin cut off'), ['Cannot register a plugin: it said nothing for 5000 ms'])
      }),
  },
  {
    name: 'host: names and indices are checked, and a second registration is refused',
    run: () =>
      withHost({}, async (world) => {
        for (const bad of [{ name: '' }, { name: 'a b' }, { index: '1' }, { index: '100' }, { index: 'ab' }]) {
          const plugin = await world.connect(bad)
          assert.equal(await plugin.register(), 3)
          await plugin.cutOff()
        }
        const good = await world.join()
        assert.equal(await good.register(), 9)
        assert.deepEqual(world.host.plugins(), [{ index: '10', name: 'demo' }])
        assert.equal(world.says('NRI plugin cut off').length, 5)
      }),
  },
  {
    name: 'host: a plugin that asks for events that do not exist, or cannot take its state in parts, is cut off',
    run: async () => {
      await withHost({}, async (world) => {
        const plugin = await world.connect({ events: 0x4000 })
        await plugin.register()
        await plugin.cutOff()
        assert.match(world.says('NRI plugin cut off')[0] ?? '', /wanted bits of 0x3fff, found 0x4000/)
      })
      const large = Array.from({ length: 5 }, (_, n) => ({ ...stopped(`c${n}`, 'p'), env: ['x'.repeat(1_000_000)] }))
      await withHost({ snapshot: () => Promise.resolve({ pods: [], containers: large }) }, async (world) => {
        const plugin = await world.connect({ replies: { Synchronize: () => new Uint8Array(0) } })
        await plugin.register()
        await plugin.cutOff()
        assert.match(world.says('NRI plugin cut off')[0] ?? '', /does not take the state in several parts/)
      })
    },
  },
  {
    name: 'host: a plugin that does not answer Configure or Synchronize is given up',
    run: () =>
      withHost({}, async (world) => {
        const one = await world.connect({ replies: { Configure: () => 'nothing' } })
        const two = await world.connect({ replies: { Synchronize: () => 'nothing' } })
        await Promise.all([one.register(), two.register(), one.called('Configure'), two.called('Synchronize')])
        await world.clock.advance(2_000)
        await Promise.all([one.cutOff(), two.cutOff()])
        assert.deepEqual([...world.says('NRI plugin cut off')].sort(), [
          'Cannot finish Plugin.Configure: no answer within 2000 ms',
          'Cannot finish Plugin.Synchronize: no answer within 2000 ms',
        ])
      }),
  },
  {
    name: 'host: a plugin that lets thousands of events wait is given up',
    run: () =>
      withHost({ requestTimeoutMs: 3_600_000 }, async (world) => {
        const slow = await world.join({ replies: silent })
        const told = Array.from({ length: 4_099 }, (_, n) => stop(world, `c${n}`))
        await slow.cutOff()
        await Promise.all(told)
        assert.deepEqual(world.says('NRI plugin cut off'), ['it cannot keep up: more than 4096 events wait for it'])
      }),
  },
  {
    name: 'host: twenty plugins at once, some of them bad, and everyone good hears of every stop once',
    run: () =>
      withHost({}, async (world) => {
        const ids = Array.from({ length: 20 }, (_, n) => n)
        const plugins = await Promise.all(
          ids.map((n) => world.connect({ name: `p${n}`, index: String(n).padStart(2, '0'), replies: n % 5 === 4 ? silent : {} })),
        )
        await Promise.all(plugins.map((plugin) => plugin.join()))
        plugins[7]?.close()
        plugins[12]?.sendRaw(hex('ffffffff ffffffff ffffffff'))
        const stops = ['a', 'b', 'c'].map((id) => stop(world, id))
        for (const n of [4, 9, 14, 19]) {
          await plugins[n]?.called('StopContainer')
          await world.clock.advance(2_000)
        }
        await Promise.all(stops)
        const good = plugins.filter((_, n) => n % 5 !== 4 && n !== 7 && n !== 12)
        await Promise.all(good.map((plugin) => plugin.called('StopContainer', 3)))
        assert.deepEqual(good.map((plugin) => plugin.events().length), good.map(() => 3))
        await gone(world, 14)
      }),
  },
  {
    name: 'host: whoever connects and leaves, or never says hello, leaves nothing behind',
    run: () =>
      withHost({}, async (world) => {
        for (let n = 0; n < 50; n++) createConnection(world.socketPath).on('error', () => undefined).end(hex('0000'))
        await waitFor(() => world.says('NRI plugin left').length === 50, { what: 'fifty goodbyes' })
        await settle()
        assert.equal(world.clock.sleepers(), 0)
      }),
  },
  cutOffFor(
    'a length of four thousand million',
    hex('00000002 ffffffff 00'),
    /wanted a frame of at most 16777216 bytes, found one of 4294967295/,
  ),
  cutOffFor('a message of more than 4 MiB', mux(2, hex('ff000000 00000005 01 00')), /wanted a message of at most 4194304 bytes/),
  cutOffFor('a flood of frames of nobody', repeated(2_000, garbage(9, hex('00'))), /streams that are not open/),
  cutOffFor(
    'a flood of answers that nobody waits for',
    repeated(2_000, mux(1, ttrpc(77, 2, new Uint8Array(0)))),
    /answers that nobody waits for/,
  ),
  cutOffFor('a flood of requests on stream 0', repeated(2_000, mux(2, ttrpc(0, 1, new Uint8Array(0)))), /requests that could not be taken/),
  cutOffFor('a flood of data', repeated(2_000, mux(2, ttrpc(3, 3, new Uint8Array(0)))), /frames that are no requests/),
  {
    name: 'host: half a message holds up nothing but itself, and ends with its connection',
    run: () =>
      withHost({}, async (world) => {
        const half = await world.join({ name: 'half', index: '01' })
        const good = await world.join({ name: 'good', index: '02' })
        half.sendRaw(mux(1, hex('00100000 00000005 02 00 0102')))
        const told = stop(world)
        await half.called('StopContainer')
        await world.clock.advance(2_000) // its answer went into the message that never ends
        assert.equal((await told)._tag, 'Late')
        await half.cutOff()
        await good.called('StopContainer')
      }),
  },
  {
    name: 'host: an answer that cannot be read is the end of the plugin',
    run: () =>
      withHost({}, async (world) => {
        const bad = await world.join({ replies: { StopContainer: () => text(1, hex('0aff')) } })
        assert.equal((await stop(world))._tag, 'Delivered')
        await bad.cutOff()
        assert.match(world.says('NRI plugin cut off')[0] ?? '', /^Cannot read the answer to Plugin.StopContainer/)
      }),
  },
]
