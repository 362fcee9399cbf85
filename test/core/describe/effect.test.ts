import t from 'tap'
import { describeEffect } from '../../../core/describe.ts'
import type { Effect } from '../../../core/effect.ts'
import { callId, containerKey, containerOwner, imageKey, millis, nanos, sandboxKey, sandboxOwner } from '../../../core/ids.ts'

const container = containerKey('ci', 'web-1')
const run = { namespace: 'ci', id: 'web-1', pid: 42, generation: 1 }
const call = callId(3)
const owner = containerOwner(container)
const announcement = {
  _tag: 'Announcement',
  seq: 7,
  type: 'CONTAINER_STOPPED',
  run,
  sandboxId: undefined,
  exitCode: 3,
  exitedAt: nanos(0n),
  reason: 'Error',
  attempts: 1,
  handlingMs: 5,
  at: millis(0),
} as const

const lines: ReadonlyArray<readonly [Effect, string]> = [
  [{ _tag: 'LoadTask', container, call }, 'LoadTask ci/web-1 call=3'],
  [{ _tag: 'DeleteTask', container, call }, 'DeleteTask ci/web-1 call=3'],
  [{ _tag: 'NotifyNriExit', container, call, run, exitCode: 3 }, 'NotifyNriExit ci/web-1 pid=42 exit=3 call=3'],
  [{ _tag: 'DrainIo', container, call, run }, 'DrainIo ci/web-1 pid=42 call=3'],
  [{ _tag: 'CloseIo', container, run }, 'CloseIo ci/web-1 pid=42'],
  [{ _tag: 'WatchSandbox', sandbox: sandboxKey('ci', 'pod-1'), call, sandboxer: '' }, 'WatchSandbox ci/pod-1 call=3 sandboxer=""'],
  [{ _tag: 'RefreshImage', image: imageKey('ci', 'app:1'), call }, 'RefreshImage ci/app:1 call=3'],
  [{ _tag: 'SetTimer', owner, call, delayMs: 1_000, jitter: true }, 'SetTimer ci/web-1 call=3 delay=1000ms jitter'],
  [{ _tag: 'SetTimer', owner, call, delayMs: 10_000, jitter: false }, 'SetTimer ci/web-1 call=3 delay=10000ms'],
  [{ _tag: 'CancelTimer', owner: sandboxOwner(sandboxKey('ci', 'pod-1')), call }, 'CancelTimer sandbox ci/pod-1 call=3'],
  [
    { _tag: 'SignalStopped', announcement },
    'SignalStopped [Announcement seq=7 CONTAINER_STOPPED ci/web-1 pid=42 exit=3 Error]',
  ],
  [
    { _tag: 'Persist', owner, call, records: [{ _tag: 'RunDropped', run }], release: [] },
    'Persist ci/web-1 call=3 [RunDropped ci/web-1 pid=42]',
  ],
]

for (const [effect, line] of lines) t.test(line, async (t) => t.equal(describeEffect(effect), line))

t.test('what a write releases stands behind it, under the number of the announcement beside it', async (t) => {
  const write: Effect = {
    _tag: 'Persist',
    owner,
    call,
    records: [{ _tag: 'RunDropped', run }, announcement],
    release: [{ _tag: 'SignalStopped', announcement }, { _tag: 'EmitContainerEvent', announcement }],
  }
  t.equal(
    describeEffect(write),
    'Persist ci/web-1 call=3 [RunDropped ci/web-1 pid=42] [Announcement seq=7 CONTAINER_STOPPED ci/web-1 pid=42 exit=3 Error] ' +
      'then SignalStopped seq=7, EmitContainerEvent seq=7',
  )
})
