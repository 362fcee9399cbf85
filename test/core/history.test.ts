import t from 'tap'
import type { ReaperRecord, RunRecord } from '../../core/index.ts'
import { histories, millis, nanos } from '../../core/index.ts'
import { run, said, start } from '../shell/store/scratch.ts'

/** Histories in words; times as milliseconds since the scratch rows begin. */
const told = (...records: ReadonlyArray<ReaperRecord>): ReadonlyArray<string> =>
  histories(records).flatMap(({ run: { namespace, id, pid, generation }, exit, standing, happenings }) => [
    `${namespace}/${id} ${pid}#${generation} ${exit?.code ?? '-'} ${standing}`,
    ...happenings.map(({ at, what }) => `  ${Number(at / 1_000_000n) - start} ${what}`),
  ])

const exit = { code: 9, at: nanos(BigInt(start + 10) * 1_000_000n), rank: 'observed' } as const
const at = (ms: number) => millis(start + ms)
const goesOn = (n: number, more: Partial<RunRecord> = {}): RunRecord => run(n, { exit: undefined, at: at(1), ...more })
const trail = [
  { what: 'count', at: at(11) },
  { what: 'write', at: at(12) },
  { what: 'delete', at: at(13) },
  { what: 'fail', at: at(20), error: 'device\nbusy' },
  { what: 'resume', at: at(500) },
  { what: 'look', at: at(1_020) },
  { what: 'notify', at: at(1_021) },
  { what: 'kill', at: at(1_022) },
  { what: 'drain', at: at(1_023) },
  { what: 'wait', at: at(1_024) },
  { what: 'clean', at: at(1_030) },
] as const
const closed = run(1, { exit, standing: 'closed', attempts: 1, lastError: 'device\nbusy', trail, at: at(1_040) })
const announced = said(1, 1, { exitCode: 9, attempts: 2, handlingMs: 1_030, at: at(1_040) })

t.test('a run from its start to its announcement, in the order of the times', async (t) => {
  t.strictSame(told(goesOn(1), run(1, { exit, at: at(12) }), closed, announced), [
    'ci/job-1 1001#1 9 done',
    '  1 seen to run, with pid 1001',
    '  10 exited with 9',
    '  11 OOM kills are counted',
    '  12 the exit is written down',
    '  13 the task is deleted',
    '  20 failed: "device\\nbusy"',
    '  500 taken up by a new start',
    '  1020 the task is looked at',
    '  1021 NRI plugins are told',
    '  1022 what is left of it is killed',
    '  1023 its output is waited for',
    '  1024 the call in flight is waited for',
    '  1030 its shim is shut down',
    '  1040 announced as number 1, CONTAINER_STOPPED: 9 Error, after 2 attempts and 1030 ms',
  ])
})

t.test('when older rows have been left out, the newest tells all but the start', async (t) => {
  t.strictSame(told(closed, announced).slice(1), told(goesOn(1), run(1, { exit, at: at(12) }), closed, announced).slice(2))
  t.strictSame(told(announced), [
    'ci/job-1 1001#1 9 done',
    '  0 exited with 9',
    '  1040 announced as number 1, CONTAINER_STOPPED: 9 Error, after 2 attempts and 1030 ms',
  ])
})

t.test('what is not over yet: it runs, it is in handling, it was let go of', async (t) => {
  t.strictSame(told(goesOn(1)), ['ci/job-1 1001#1 - running', '  1 seen to run, with pid 1001'])
  t.strictSame(told(goesOn(1), goesOn(1, { oomKilled: true, at: at(5) }))[2], '  5 the kernel killed for want of memory')
  t.strictSame(told(run(1, { exit, at: at(12) }))[0], 'ci/job-1 1001#1 9 handling')
  t.strictSame(told({ _tag: 'RunDropped', run: run(1).run }), ['ci/job-1 1001#1 - dropped'])
  t.strictSame(told(run(1), { _tag: 'RunDropped', run: run(1).run }, goesOn(1))[0], 'ci/job-1 1001#1 - running')
})

t.test('better news of the exit is told beside what it replaced', async (t) => {
  const inferred = { code: 255, at: nanos(BigInt(start + 30) * 1_000_000n), rank: 'inferred' } as const
  const made = { code: 137, at: nanos(BigInt(start + 31) * 1_000_000n), rank: 'synthesised' } as const
  t.strictSame(told(run(1, { exit: inferred }), run(1, { exit: made }), run(1, { exit })), [
    'ci/job-1 1001#1 9 handling',
    '  10 exited with 9',
    '  30 gone, and nobody saw how: 255',
    '  31 lost with its shim: containerd made 137 up',
  ])
})

t.test('rows from before there were trails tell of the failures they know', async (t) => {
  const failures = [run(1, { exit, attempts: 1, lastError: 'a', at: at(20) }), run(1, { exit, attempts: 2, lastError: 'b', at: at(40) })]
  t.strictSame(told(...failures).slice(2), ['  20 failed: "a"', '  40 failed: "b"'])
})

t.test('a shim that was left, and a cut trail', async (t) => {
  const owed = run(1, { exit, standing: 'announced', at: at(50), trail: [{ what: 'cut', at: at(40) }] })
  t.strictSame(told(owed, said(1, 1, { at: at(50) }), { ...owed, standing: 'closed', at: at(90) }), [
    'ci/job-1 1001#1 9 done',
    '  10 exited with 9',
    '  40 earlier steps are not kept',
    '  50 announced as number 1, CONTAINER_STOPPED: 1 Error, after 1 attempt and 12 ms',
    '  90 nothing is left of its shim',
  ])
})

t.test('containers in the order of their names, runs in that of their generations, sandboxes by themselves', async (t) => {
  const second = { ...run(1).run, pid: 7, generation: 2 }
  const pod = { namespace: 'ci', id: 'job-1', pid: 0, generation: 1 }
  t.strictSame(
    told(
      run(2, { exit }),
      run(1, { run: second, exit }),
      run(1, { exit }),
      { _tag: 'SandboxRecord', namespace: 'ci', id: 'job-1', exit: { ...exit, code: 0 }, at: at(60) },
      said(1, 1, { run: pod, exitCode: 0, at: at(60) }),
      { _tag: 'RunDropped', run: { namespace: '', id: '', pid: 0, generation: 4 } },
    ).filter((line) => !line.startsWith(' ')),
    ['ci/job-1 0#1 0 done', 'ci/job-1 1001#1 9 handling', 'ci/job-1 7#2 9 handling', 'ci/job-2 1002#1 9 handling'],
  )
})
