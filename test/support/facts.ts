/** What tests tell the machine. The conversation dates every fact, so `at` is of no account here. Container c, pid 42 unless said. */
import type { TaskView } from '../../core/answer.ts'
import type { ReaperEvent } from '../../core/event.ts'
import { containerKey, imageKey, millis, nanos, sandboxKey } from '../../core/ids.ts'
import type { Metadata } from '../../core/metadata.ts'

const at = millis(0)
const time = (ns: number | undefined) => (ns === undefined ? undefined : nanos(BigInt(ns)))

interface About {
  readonly id?: string
  readonly pid?: number
  /** When it happened by containerd's clock, ns. */
  readonly ns?: number | undefined
}

export const exited = (code: number, { id = 'c', pid = 42, ns = 7 }: About = {}): ReaperEvent => ({
  _tag: 'TaskExited',
  container: containerKey('ns', id),
  processId: id,
  pid,
  code,
  exitedAt: time(ns),
  at,
})

/** An exit without a time. */
export const exitedSometime = (code: number, pid = 42): ReaperEvent => ({
  _tag: 'TaskExited',
  container: containerKey('ns', 'c'),
  processId: 'c',
  pid,
  code,
  exitedAt: undefined,
  at,
})

export const execExited = (code: number, processId: string, id = 'c'): ReaperEvent => ({
  _tag: 'TaskExited',
  container: containerKey('ns', id),
  processId,
  pid: 99,
  code,
  exitedAt: nanos(7n),
  at,
})

export const taskDeleted = (code: number, { id = 'c', pid = 42, ns = 7 }: About = {}): ReaperEvent => ({
  _tag: 'TaskDeleted',
  container: containerKey('ns', id),
  pid,
  code,
  exitedAt: time(ns),
  at,
})

export const oomed = (id = 'c'): ReaperEvent => ({ _tag: 'TaskOomed', container: containerKey('ns', id), at })
export const taskCreated = (pid: number, id = 'c'): ReaperEvent => ({ _tag: 'TaskCreated', container: containerKey('ns', id), pid, at })
export const started = (pid = 42, id = 'c'): ReaperEvent => ({ _tag: 'TaskStarted', container: containerKey('ns', id), pid, at })
export const recordChanged = (id = 'c'): ReaperEvent => ({ _tag: 'ContainerChanged', container: containerKey('ns', id), at })
export const recordDeleted = (id = 'c'): ReaperEvent => ({ _tag: 'ContainerDeleted', container: containerKey('ns', id), at })
export const sandboxStarted = (id = 's'): ReaperEvent => ({ _tag: 'SandboxStarted', sandbox: sandboxKey('ns', id), at })
export const sandboxExited = (code: number, id = 's', ns = 7): ReaperEvent => ({
  _tag: 'SandboxExited',
  sandbox: sandboxKey('ns', id),
  code,
  exitedAt: time(ns),
  at,
})
export const imageChanged = (name: string, change: 'created' | 'updated' | 'deleted' = 'updated'): ReaperEvent => ({
  _tag: 'ImageChanged',
  image: imageKey('ns', name),
  change,
  at,
})

/** What a listing of the namespace shows. */
export const listing = (
  { containers = {}, tasks = {}, sandboxes }: {
    readonly containers?: Readonly<Record<string, Metadata>>
    readonly tasks?: Readonly<Record<string, TaskView>>
    readonly sandboxes?: ReadonlyArray<string>
  },
): ReaperEvent => ({
  _tag: 'Relisted',
  namespace: 'ns',
  containers: Object.entries(containers).map(([id, metadata]) => ({ id, metadata })),
  tasks: Object.entries(tasks).map(([id, task]) => ({ id, task })),
  sandboxes: sandboxes?.map((id) => ({ id, sandboxer: 'podsandbox' })),
  at,
})
