import t from 'tap'
import { newest, runKey } from '../../../core/checkpoint/newest.ts'
import { containerKey, millis, nanos, sandboxKey } from '../../../core/ids.ts'

const run = { namespace: 'ci', id: 'web-1', pid: 42, generation: 3 }
const exit = { code: 3, at: nanos(7n), rank: 'observed' } as const

t.test('a run is named by all four parts', async (t) => {
  const keys = [run, { ...run, pid: 43 }, { ...run, generation: 4 }, { ...run, id: 'web-2' }, { ...run, namespace: 'qa' }].map(runKey)
  t.equal(new Set(keys).size, 5)
})

t.test('of each sandbox the newest row stands; generations count even of what was dropped', async (t) => {
  const late = { ...exit, code: 9 }
  const log = newest([
    { _tag: 'SandboxRecord', namespace: 'ci', id: 'pod-1', exit, at: millis(1) },
    { _tag: 'SandboxRecord', namespace: 'ci', id: 'pod-1', exit: late, at: millis(2) },
    { _tag: 'RunDropped', run },
  ])
  t.match(log.sandboxes.get(sandboxKey('ci', 'pod-1')), { exit: late })
  t.equal(log.runs.size, 0)
  t.equal(log.generations.get(containerKey('ci', 'web-1')), 3)
  t.equal(log.lastSeq, 0)
})
