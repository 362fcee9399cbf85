import t from 'tap'
import { announcement, seqAfter, shownReason } from '../../core/announcement.ts'
import type { Exit } from '../../core/exit.ts'
import { callId, containerKey, containerOwner, millis, nanos } from '../../core/ids.ts'

const exit = (code: number, rank: Exit['rank'] = 'observed'): Exit => ({ code, at: nanos(7n), rank })
const run = { namespace: 'ci', id: 'web-1', pid: 42, generation: 2 }
const said = (seq: number) =>
  announcement({
    seq,
    type: 'CONTAINER_STOPPED',
    run,
    sandboxId: 'pod-1',
    exit: exit(3),
    oomKilled: false,
    attempts: 2,
    seenAt: millis(1_000),
    at: millis(1_250),
  })

t.test('V1 to V4: the reason is as CRI renders it', async (t) => {
  t.equal(shownReason(exit(0), false), 'Completed')
  t.equal(shownReason(exit(1), false), 'Error')
  t.equal(shownReason(exit(137), false), 'Error')
  t.equal(shownReason(exit(137), true), 'OOMKilled')
})

t.test('V91: an exit that nobody saw is Unknown, but a synthesised one has a code', async (t) => {
  t.equal(shownReason(exit(255, 'inferred'), false), 'Unknown')
  t.equal(shownReason(exit(137, 'synthesised'), false), 'Error')
})

t.test('an announcement says who, how, when, and how long it took', async (t) => {
  t.strictSame(said(9), {
    _tag: 'Announcement',
    seq: 9,
    type: 'CONTAINER_STOPPED',
    run,
    sandboxId: 'pod-1',
    exitCode: 3,
    exitedAt: 7n,
    reason: 'Error',
    attempts: 2,
    handlingMs: 250,
    at: 1_250,
  })
})

t.test('a clock that went back makes no negative duration', async (t) => {
  const { handlingMs } = announcement({ ...said(1), exit: exit(0), oomKilled: false, seenAt: millis(9), at: millis(5) })
  t.equal(handlingMs, 0)
})

t.test('a number is used by being in a write', async (t) => {
  const owner = containerOwner(containerKey('ci', 'web-1'))
  const write = (seq: number) => ({ _tag: 'Persist', owner, call: callId(1), records: [said(seq)], release: [] }) as const
  t.equal(seqAfter(5, []), 5)
  t.equal(seqAfter(5, [write(5), { _tag: 'EmitContainerEvent', announcement: said(30) }]), 6)
  t.equal(seqAfter(5, [write(5), write(6)]), 7)
  t.equal(seqAfter(5, [write(2)]), 5)
})
