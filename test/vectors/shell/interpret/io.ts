/** Attached IO: cancelled, waited for so long, closed on every path; and whatever the user's code throws stays where it is. */
import assert from 'node:assert/strict'
import type { Effect } from '../../../../core/index.ts'
import { type AttachedIo, defaultCallLimits, type IoPort } from '../../../../shell/env.ts'
import { attachOnce } from '../../../../shell/interpret/io.ts'
import { answered, atStart, call, run, web } from '../../../support/answered.ts'
import type { Vector } from '../../../support/property.ts'
import { type TestEnv, testEnv } from '../../../support/shell_env.ts'

const drain: Effect = { _tag: 'DrainIo', container: web, call, run }
const close: Effect = { _tag: 'CloseIo', container: web, run }
const oops = (): never => {
  throw new Error('oops')
}

const world = (attached: AttachedIo | undefined): TestEnv => testEnv({ io: { attach: () => attached } })

const drainedIn = async (env: TestEnv): Promise<unknown> => {
  const answering = answered(drain, env)
  await env.clock.run(60_000)
  const [event] = await answering ?? []
  return event?._tag === 'DrainSettled' ? event.outcome : event
}

const warnings = ({ log }: TestEnv): ReadonlyArray<string> => log.lines.map(({ level, msg }) => `${level}: ${msg}`)

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'io: cancel, then wait, then done; close comes when it is asked for',
    run: async () => {
      const order: Array<string> = []
      const env = world({
        cancel: () => void order.push('cancel'),
        wait: async () => void order.push('wait'),
        close: () => void order.push('close'),
      })
      assert.deepEqual(await answered(drain, env), [{
        _tag: 'DrainSettled',
        container: web,
        call,
        outcome: { _tag: 'Drained' },
        at: atStart(env),
      }])
      assert.deepEqual(await answered(close, env), [])
      assert.deepEqual(order, ['cancel', 'wait', 'close'])
    },
  },
  {
    name: 'io: every part is optional, and so is the whole',
    run: async () => {
      for (const env of [world({}), world(undefined), testEnv()]) {
        assert.deepEqual(await drainedIn(env), { _tag: 'Drained' })
        assert.deepEqual(await answered(close, env), [])
        assert.deepEqual(env.log.lines, [])
      }
    },
  },
  {
    name: 'io: a wait without end is left after its time, and said',
    run: async () => {
      const env = world({ wait: () => new Promise(() => undefined) })
      const start = env.clock.monotonic()
      const outcome = await drainedIn(env)
      assert.ok(typeof outcome === 'object' && outcome !== null && 'reason' in outcome && outcome.reason === 'TimedOut')
      assert.equal(env.clock.monotonic() - start, defaultCallLimits.drainTimeoutMs)
      assert.deepEqual(warnings(env), ['warn: attached IO did not end, going on without it'])
    },
  },
  {
    name: 'io: what the user code throws, in attach, cancel, wait or close, is said and goes no further',
    run: async () => {
      for (const io of [{ cancel: oops }, { wait: oops }, { wait: () => Promise.reject(new Error('oops')) }]) {
        const env = world(io)
        const outcome = await drainedIn(env)
        assert.ok(typeof outcome === 'object' && outcome !== null && '_tag' in outcome && outcome._tag === 'Failed')
        assert.deepEqual(warnings(env), ['warn: attached IO did not end, going on without it'])
        assert.match(String(env.log.lines[0]?.fields['error']), /oops/)
      }
      const closing = world({ close: oops })
      assert.deepEqual(await answered(close, closing), [])
      assert.deepEqual(warnings(closing), ['warn: attached IO could not be closed'])
      const attaching = testEnv({ io: { attach: oops } })
      assert.deepEqual(await drainedIn(attaching), { _tag: 'Drained' })
      assert.deepEqual(await answered(close, attaching), [])
      assert.equal(warnings(attaching)[0], 'warn: attaching IO failed, going on without it')
    },
  },
  {
    name: 'io: a cancel that throws does not spare the wait',
    run: async () => {
      let waited = false
      const env = world({ cancel: oops, wait: async () => void (waited = true) })
      await drainedIn(env)
      assert.equal(waited, true)
    },
  },
  {
    name: 'io: a wait that fails after its time is up harms nobody',
    run: async () => {
      let fail: (error: Error) => void = () => undefined
      const env = world({ wait: () => new Promise((_, reject) => fail = reject) })
      await drainedIn(env)
      fail(new Error('too late'))
      await env.clock.advance(1)
      assert.equal(env.log.lines.length, 1)
    },
  },
  {
    name: 'io: a run is attached once: what was drained is what is closed, and then it is forgotten',
    run: async () => {
      const log: Array<string> = []
      let attached = 0
      const port: IoPort = {
        attach: ({ pid }) => {
          attached += 1
          const name = `${pid}#${attached}`
          return { cancel: () => void log.push(`cancel ${name}`), close: () => void log.push(`close ${name}`) }
        },
      }
      const env = testEnv({ io: attachOnce(port) })
      await answered(drain, env)
      await answered({ ...drain, run: { ...run, pid: 43, generation: 2 } }, env)
      await answered(close, env)
      assert.deepEqual(log, ['cancel 42#1', 'cancel 43#2', 'close 42#1'])
      await answered(close, env)
      assert.equal(log.at(-1), 'close 42#3')
    },
  },
  {
    name: 'io: a close that throws is forgotten too, and a run without IO is asked about again',
    run: async () => {
      let attached = 0
      const counting = (io: AttachedIo | undefined): IoPort =>
        attachOnce({
          attach: () => {
            attached += 1
            return io
          },
        })
      const throwing = testEnv({ io: counting({ close: oops }) })
      await answered(close, throwing)
      await answered(close, throwing)
      assert.equal(attached, 2)
      const none = testEnv({ io: counting(undefined) })
      await answered(drain, none)
      await answered(close, none)
      assert.equal(attached, 4)
    },
  },
]
