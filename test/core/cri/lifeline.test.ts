import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import {
  follow,
  type Lifeline,
  olderThanStream,
  type Sight,
  sightOfContainer,
  sightOfSandbox,
  stopped,
} from '../../../core/cri/lifeline.ts'
import { containerKey, sandboxKey } from '../../../core/ids.ts'
import type { Container, Sandbox } from '../../../core/state.ts'

const there = (...open: ReadonlyArray<number>): Sight => ({ standing: 'there', open, lastGeneration: open.at(-1) ?? 0 })
const gone = (...open: ReadonlyArray<number>): Sight => ({ standing: 'gone', open, lastGeneration: 0 })
const fresh: Lifeline = { isRunning: false, over: [], quiet: 0 }
const running: Lifeline = { ...fresh, isRunning: true }

t.test('what is met is CREATED, once, and STARTED when it runs', async (t) => {
  t.strictSame(follow(undefined, there()), [fresh, ['CREATED']])
  t.strictSame(follow(fresh, there()), [fresh, []])
  t.strictSame(follow(undefined, there(1)), [running, ['CREATED', 'STARTED']])
  t.strictSame(follow(running, there(1)), [running, []])
})

t.test('a younger run is told of when the older one has stopped', async (t) => {
  t.strictSame(follow(running, there(1, 2)), [running, []])
  t.strictSame(follow({ ...fresh, over: [1] }, there(1, 2)), [{ ...running, over: [1] }, ['STARTED']], 'which may still be seen to')
  t.strictSame(follow({ ...fresh, over: [1] }, there(2)), [running, ['STARTED']])
})

t.test('STOPPED brings what has to come before it, and comes once', async (t) => {
  t.strictSame(stopped(undefined, 1), [{ ...fresh, over: [1] }, ['CREATED', 'STARTED', 'STOPPED']])
  t.strictSame(stopped(running, 1), [{ ...fresh, over: [1] }, ['STOPPED']])
  t.strictSame(stopped({ ...fresh, over: [1] }, 1)[1], [])
})

t.test('a run that was learnt of late stops while another runs: each STOPPED has its STARTED', async (t) => {
  const [late, first] = stopped(running, 3)
  t.strictSame(first, ['STOPPED'])
  const [again, second] = follow(late, there(2, 3))
  t.strictSame(second, ['STARTED'])
  t.strictSame(stopped(again, 2)[1], ['STOPPED'])
})

t.test('DELETED waits for what is open, and is the end', async (t) => {
  t.strictSame(follow(running, gone(1)), [running, []])
  t.strictSame(follow({ ...fresh, over: [1] }, gone()), [undefined, ['DELETED']])
  t.strictSame(follow(undefined, gone()), [undefined, []], 'of what was never told of')
})

t.test('what is older than the stream is no news; its STARTED comes with its STOPPED', async (t) => {
  const old = olderThanStream(there(2))
  t.strictSame(follow(old, there(2)), [old, []])
  t.strictSame(stopped(old, 2)[1], ['STARTED', 'STOPPED'])
  t.strictSame(follow(old, there(3))[1], ['STARTED'], 'a new run is news')
  t.strictSame(follow(old, gone())[1], ['DELETED'])
})

t.test('nothing is said of what nobody knows yet, nor of a sandbox that is over', async (t) => {
  t.strictSame(follow(undefined, { standing: 'unknown', open: [1], lastGeneration: 1 }), [undefined, []])
  t.strictSame(follow(undefined, { standing: 'lingering', open: [], lastGeneration: 1 }), [undefined, []])
  t.strictSame(follow(fresh, { standing: 'lingering', open: [], lastGeneration: 1 }), [fresh, []])
})

t.test('any history tells CREATED (STARTED STOPPED)* DELETED, or a beginning of that, and every STOPPED', async (t) => {
  const act = fc.oneof(
    fc.tuple(fc.constantFrom('there' as const, 'gone' as const, 'unknown' as const, 'lingering' as const), fc.subarray([1, 2, 3, 4, 5])),
    fc.integer({ min: 1, max: 5 }),
  )
  fc.assert(fc.property(fc.array(act), (acts) => {
    let line: Lifeline | undefined
    let said = ''
    const ends = new Set<number>()
    for (const one of acts) {
      if (typeof one === 'number' && ends.has(one)) continue // a run is announced once
      const [next, due] = typeof one === 'number' ? stopped(line, one) : follow(line, { standing: one[0], open: one[1], lastGeneration: 5 })
      if (typeof one === 'number') ends.add(one)
      line = next
      said += due.map((type) => type[0] === 'S' ? type[2] : type[0]).join('')
    }
    // C CREATED, A STARTED, O STOPPED, D DELETED. A run that never stopped was none.
    assert.match(said, /^(C(AO)*A?D)*(C(AO)*A?)?$/)
    assert.equal(said.replaceAll(/[^O]/g, '').length, ends.size)
  }))
  t.pass('no counterexample')
})

t.test('what is seen of a container', async (t) => {
  const container = (tag: 'Known' | 'Deleted' | 'NotOurs' | 'Asked'): Container => {
    const metadata = { sandboxId: undefined, kind: 'container', ownPidNamespace: false } as const
    const lookups = {
      Known: { _tag: 'Known', metadata, refresh: undefined },
      Deleted: { _tag: 'Deleted', metadata },
      NotOurs: { _tag: 'NotOurs', refresh: undefined },
      Asked: { _tag: 'Asked', call: 1, failures: 0, live: true, before: undefined },
    }
    // Of a run only its phase and generation are looked at.
    const run = (generation: number, _tag: string) => ({
      id: { namespace: 'ci', id: 'a', pid: 1, generation },
      oom: { _tag: 'None' },
      phase: { _tag },
    })
    const runs = [run(1, 'Exited'), run(2, 'Announced'), run(3, 'Recording'), run(4, 'Running')]
    return {
      key: containerKey('ci', 'a'),
      namespace: 'ci',
      id: 'a',
      lastCall: 0,
      lastGeneration: 4,
      lookup: lookups[tag],
      runs,
      closed: [],
      probe: undefined,
    } as unknown as Container
  }
  t.strictSame(sightOfContainer(container('Known')), { standing: 'there', open: [3, 4], lastGeneration: 4 })
  t.equal(sightOfContainer(container('Deleted')).standing, 'gone')
  t.equal(sightOfContainer(container('NotOurs')).standing, 'gone')
  t.equal(sightOfContainer(container('Asked')).standing, 'unknown')
  t.strictSame(sightOfContainer(undefined), { standing: 'gone', open: [], lastGeneration: 0 })
})

t.test('what is seen of a sandbox', async (t) => {
  const sandbox = (_tag: string): Sandbox =>
    ({
      key: sandboxKey('ci', 'p'),
      namespace: 'ci',
      id: 'p',
      sandboxer: '',
      generation: 2,
      lastCall: 0,
      phase: { _tag },
    }) as unknown as Sandbox
  t.strictSame(sightOfSandbox(sandbox('Ready')), there(2))
  t.strictSame(sightOfSandbox(sandbox('Recording')), there(2))
  t.strictSame(sightOfSandbox(sandbox('NotReady')), { standing: 'lingering', open: [], lastGeneration: 2 })
})
