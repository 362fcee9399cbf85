import t from 'tap'
import { describeEvent } from '../../../core/describe.ts'
import type { ReaperEvent } from '../../../core/event.ts'
import { callId, containerKey, containerOwner, imageKey, millis, nanos, sandboxKey } from '../../../core/ids.ts'
import { noMetadata } from '../../../core/metadata.ts'

const container = containerKey('ci', 'web-1')
const sandbox = sandboxKey('ci', 'pod-1')
const image = imageKey('ci', 'app:1')
const call = callId(3)
const at = millis(0)
const exitedAt = nanos(7n)
const failed = { _tag: 'Failed', reason: 'TimedOut', message: 'no answer' } as const

const lines: ReadonlyArray<readonly [ReaperEvent, string]> = [
  [{ _tag: 'TaskExited', container, processId: 'web-1', pid: 42, code: 3, exitedAt, at }, 'TaskExited ci/web-1 pid=42 exit=3 at=7'],
  [
    { _tag: 'TaskExited', container, processId: 'exec-1', pid: 43, code: 0, exitedAt: undefined, at },
    'TaskExited ci/web-1 process=exec-1 pid=43 exit=0',
  ],
  [{ _tag: 'TaskDeleted', container, pid: 42, code: 3, exitedAt, at }, 'TaskDeleted ci/web-1 pid=42 exit=3 at=7'],
  [{ _tag: 'TaskStarted', container, pid: 42, at }, 'TaskStarted ci/web-1 pid=42'],
  [{ _tag: 'TaskOomed', container, at }, 'TaskOomed ci/web-1'],
  [{ _tag: 'SandboxStarted', sandbox, at }, 'SandboxStarted ci/pod-1'],
  [{ _tag: 'SandboxExited', sandbox, code: 3, exitedAt: undefined, at }, 'SandboxExited ci/pod-1 exit=3'],
  [{ _tag: 'ImageChanged', image, change: 'deleted', at }, 'ImageChanged ci/app:1 deleted'],
  [{ _tag: 'TimerFired', owner: containerOwner(container), call, at }, 'TimerFired ci/web-1 call=3'],
  [
    { _tag: 'PersistSettled', owner: containerOwner(container), call, outcome: { _tag: 'Durable' }, at },
    'PersistSettled ci/web-1 call=3 Durable',
  ],
  [{ _tag: 'LoadSettled', container, call, outcome: { _tag: 'Running', pid: 42 }, at }, 'LoadSettled ci/web-1 call=3 Running pid=42'],
  [{ _tag: 'DeleteSettled', container, call, outcome: failed, at }, 'DeleteSettled ci/web-1 call=3 failed TimedOut "no answer"'],
  [
    { _tag: 'DeleteSettled', container, call, outcome: { _tag: 'Deleted', code: 3, exitedAt }, at },
    'DeleteSettled ci/web-1 call=3 Deleted exit=3 at=7',
  ],
  [
    { _tag: 'WatchSettled', container, call, outcome: { _tag: 'Exited', pid: 42, code: 3, exitedAt }, at },
    'WatchSettled ci/web-1 call=3 Exited pid=42 exit=3 at=7',
  ],
  [
    { _tag: 'SandboxWatchSettled', sandbox, call, outcome: { _tag: 'Exited', code: undefined, exitedAt: undefined }, at },
    'SandboxWatchSettled ci/pod-1 call=3 Exited exit=unknown',
  ],
  [
    { _tag: 'OomKillsSettled', container, call, outcome: { _tag: 'Counted', kills: 2n }, at },
    'OomKillsSettled ci/web-1 call=3 Counted kills=2',
  ],
  [
    { _tag: 'ContainerSettled', container, call, outcome: { _tag: 'Found', metadata: noMetadata }, at },
    'ContainerSettled ci/web-1 call=3 Found',
  ],
  [
    { _tag: 'ImageSettled', image, call, outcome: { _tag: 'Found', digest: 'sha256:1' }, at },
    'ImageSettled ci/app:1 call=3 Found digest=sha256:1',
  ],
  [
    { _tag: 'Relisted', namespace: 'ci', containers: [], tasks: [{ id: 'web-1', task: { _tag: 'Unclear' } }], sandboxes: undefined, at },
    'Relisted ci 0 containers, 1 task, no sandbox store',
  ],
  [
    { _tag: 'Relisted', namespace: 'ci', containers: [], tasks: [], sandboxes: [{ id: 'pod-1', sandboxer: 'shim' }], at },
    'Relisted ci 0 containers, 0 tasks, 1 sandbox',
  ],
]

for (const [event, line] of lines) t.test(line, async (t) => t.equal(describeEvent(event), line))
