import t from 'tap'
import type { StatusFile } from '../../core/index.ts'
import { imported, millis, nanos } from '../../core/index.ts'

const about = { namespace: 'k8s.io', id: 'web-1', generation: 4 }
const taken = (fields: Partial<StatusFile> = {}) =>
  imported(
    about,
    {
      pid: 42,
      createdAt: nanos(1n),
      startedAt: nanos(2n),
      finishedAt: nanos(0n),
      exitCode: 0,
      reason: '',
      message: '',
      resources: 'null',
      ...fields,
    },
    millis(9),
  )
const ended = { pid: 0, finishedAt: nanos(1_764_000_000_000_000_003n) }

t.test('a container that ran has an open row: what became of it is found out', async (t) => {
  t.match(taken(), { _tag: 'Run', record: { run: { ...about, pid: 42 }, exit: undefined, standing: 'open', notified: false, at: 9 } })
})

t.test('one that had ended is over, with its code and time to the nanosecond', async (t) => {
  t.match(taken({ ...ended, exitCode: 3 }), {
    record: { exit: { code: 3, at: 1_764_000_000_000_000_003n, rank: 'observed' }, standing: 'closed', oomKilled: false, notified: true },
  })
  t.match(taken({ ...ended, exitCode: 137, reason: 'OOMKilled' }), { record: { exit: { code: 137 }, oomKilled: true } })
  t.match(taken({ ...ended, exitCode: 255, reason: 'Unknown' }), { record: { exit: { code: 255, rank: 'inferred' } } })
  t.match(taken({ ...ended, exitCode: -1_073_741_510 }), { record: { exit: { code: 3_221_225_786 } } }, 'the same bits, unsigned')
  t.match(taken({ ...ended, startedAt: nanos(0n), exitCode: 128, reason: 'StartError' }), { record: { exit: { code: 128 } } })
})

t.test('one that was never started, or has no pid, tells of no run', async (t) => {
  t.match(taken({ startedAt: nanos(0n), pid: 0 }), { _tag: 'Nothing', why: 'it was never started' })
  t.match(taken({ pid: 0 }), { _tag: 'Nothing', why: 'it runs, but without a pid' })
})
