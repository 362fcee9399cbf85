/**
 * The machine with CRI beside it, and a containerd in memory that works: containers are made, started, exit and are removed when a test
 * says so, everything is answered at once, and writes can be held back.
 */
import {
  type Announcement,
  containerKey,
  defaultPolicy,
  initial,
  millis,
  nanos,
  type ReaperEvent,
  type State,
  step,
  type TaskView,
} from '../../../core/index.ts'
import { type Clock, systemClock } from '../../../shell/clock.ts'
import { metadataOf } from '../../../shell/containerd/metadata.ts'
import { type Cri, makeCri } from '../../../shell/cri/cri.ts'
import type { FeedLimits } from '../../../shell/cri/feed.ts'
import { Container } from '../../../shell/proto/gen/containerd/containers.ts'
import type { Any } from '../../../shell/proto/gen/google/protobuf/any.ts'
import { type Asked, askedBy, type Book } from '../answers.ts'
import { fakeContainerd, succeeds } from '../fake_containerd.ts'

export interface Made {
  readonly pod?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly image?: string
  readonly extensions?: ReadonlyMap<string, Any>
  /** So many milliseconds ago; now unless told. */
  readonly agoMs?: number
}

export interface CriMachine {
  readonly cri: Cri
  readonly state: () => State
  /** All announcements so far. */
  readonly announced: ReadonlyArray<Announcement>
  readonly create: (id: string, made?: Made) => Promise<void>
  /** It is there, and nothing says so but the next listing. With `runs`, as pid 77. */
  readonly adopt: (id: string, made: Made & { readonly runs: boolean }) => Promise<void>
  /** A listing of all there is. */
  readonly list: () => void
  readonly start: (id: string) => void
  readonly exit: (id: string, code?: number, oom?: boolean) => void
  readonly remove: (id: string) => void
  /** Its labels change: it is somebody else's, until it is created again. */
  readonly disown: (id: string) => void
  /** Made, started, exited. */
  readonly live: (id: string, code?: number, made?: Made) => Promise<void>
  /** An event as it is. */
  readonly post: (event: ReaperEvent) => void
  /** What is written from now on, or of that what announces something, takes until `release`. */
  readonly hold: (what?: 'all' | 'announcements') => void
  readonly release: () => void
  readonly now: () => number
}

interface Task {
  readonly view: TaskView
  readonly oomKills: bigint
}

export const namespace = 'ci'

export const criMachine = (
  { limits, clock = systemClock }: { readonly limits?: Partial<FeedLimits>; readonly clock?: Clock } = {},
): CriMachine => {
  const records = new Map<string, Container>()
  const foreign = new Set<string>()
  const tasks = new Map<string, Task>()
  const announced: Array<Announcement> = []
  const cri = makeCri({ namespaces: [namespace], version: '1.2.3', clock, ...(limits === undefined ? {} : { limits }) })
  const containerd = cri.overhear(fakeContainerd({ containerGet: (_, id) => succeeds(records.get(id) ?? Container.create({ id })) }))
  let state = initial('boot')
  let pid = 100
  let holding: 'none' | 'all' | 'announcements' = 'none'
  let held: Array<Asked> = []
  const policy = { ...defaultPolicy, inferredGraceMs: 0 }
  const at = () => millis(clock.now())
  const keyOf = (id: string) => containerKey(namespace, id)
  const idIn = (key: string): string => key.slice(key.indexOf('/') + 1)

  const viewOf = (key: string) => tasks.get(idIn(key))
  const instead: { readonly [word: string]: (key: string) => unknown } = {
    ASK: (key) => {
      const record = records.get(idIn(key))
      if (foreign.has(idIn(key))) return { _tag: 'NotOurs' }
      return record === undefined ? { _tag: 'NotFound' } : { _tag: 'Found', metadata: metadataOf(record) }
    },
    LOAD: (key) => viewOf(key)?.view ?? { _tag: 'NotFound' },
    MET: (key) => ({ _tag: 'Counted', kills: viewOf(key)?.oomKills ?? 0n }),
    NRI: () => ({ _tag: 'NoneListening' }),
    KILL: () => ({ _tag: 'Gone' }),
    DRAIN: () => ({ _tag: 'Drained' }),
    TD: (key) => {
      const view = viewOf(key)?.view
      tasks.delete(idIn(key))
      return view?._tag === 'Stopped' ? { _tag: 'Deleted', code: view.code, exitedAt: view.exitedAt } : { _tag: 'NotFound' }
    },
    CLEAN: () => ({ _tag: 'NotFound' }),
    SAVE: () => ({ _tag: 'Durable' }),
    WATCH: () => 'hang',
    POD: () => 'hang',
    IMG: () => ({ _tag: 'Found', digest: 'sha256:abc' }),
  }
  // Which outcome belongs to which word stands in `Outcomes`; a table by word cannot say so.
  const book = { take: (word, effect) => instead[word]?.('container' in effect ? effect.container : '') } as Book

  const answer = (asked: Asked): ReadonlyArray<ReaperEvent> => {
    const event = asked.settle(book, at())
    if (event === undefined) return []
    if (asked.effect._tag === 'Persist') {
      for (const released of asked.effect.release) {
        if (released._tag !== 'EmitContainerEvent') continue
        announced.push(released.announcement)
        cri.onAnnouncement(released.announcement)
      }
    }
    return [event]
  }

  const post = (...events: ReadonlyArray<ReaperEvent>): void => {
    const queue = [...events]
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
      const before = state
      const [after, effects] = step(policy)(event, before)
      state = after
      cri.trace(event, effects, after, before)
      for (const effect of effects) {
        const asked = askedBy(effect)
        if (asked === undefined) continue
        if (effect._tag === 'Persist' && (holding === 'all' || (holding === 'announcements' && effect.release.length > 0))) held.push(asked)
        else queue.push(...answer(asked))
      }
    }
  }

  const record = async (id: string, { pod = '', labels = {}, image = '', extensions = new Map(), agoMs = 0 }: Made): Promise<void> => {
    const now = BigInt(Math.trunc(clock.now() - agoMs))
    records.set(
      id,
      Container.fromPartial({
        id,
        image,
        sandbox: pod,
        labels: new Map(Object.entries(labels)),
        extensions: new Map(extensions),
        createdAt: { seconds: now / 1_000n, nanos: Number(now % 1_000n) * 1_000_000 },
      }),
    )
    await containerd.containerGet(namespace, id)({ signal: new AbortController().signal })()
  }
  const create: CriMachine['create'] = async (id, made = {}) => {
    foreign.delete(id)
    await record(id, made)
    post({ _tag: 'ContainerChanged', container: keyOf(id), at: at() })
  }
  const start = (id: string): void => {
    pid++
    tasks.set(id, { view: { _tag: 'Running', pid }, oomKills: 0n })
    post({ _tag: 'TaskStarted', container: keyOf(id), pid, at: at() })
  }
  const exit: CriMachine['exit'] = (id, code = 0, oom = false) => {
    const view = tasks.get(id)?.view
    if (view?._tag !== 'Running') throw new Error(`Cannot exit ${id}: it does not run`)
    const exitedAt = nanos(BigInt(Math.trunc(clock.now())) * 1_000_000n)
    tasks.set(id, { view: { _tag: 'Stopped', pid: view.pid, code, exitedAt }, oomKills: oom ? 1n : 0n })
    post({ _tag: 'TaskExited', container: keyOf(id), processId: id, pid: view.pid, code, exitedAt, at: at() })
  }

  return {
    cri,
    state: () => state,
    announced,
    create,
    adopt: async (id, made) => {
      await record(id, made)
      if (made.runs) tasks.set(id, { view: { _tag: 'Running', pid: 77 }, oomKills: 0n })
    },
    list: () =>
      post({
        _tag: 'Relisted',
        namespace,
        containers: [...records.values()].map((found) => ({ id: found.id, metadata: metadataOf(found) })),
        tasks: [...tasks].map(([id, { view }]) => ({ id, task: view })),
        sandboxes: undefined,
        at: at(),
      }),
    start,
    exit,
    remove: (id) => {
      records.delete(id)
      post({ _tag: 'ContainerDeleted', container: keyOf(id), at: at() })
    },
    disown: (id) => {
      foreign.add(id)
      post({ _tag: 'ContainerChanged', container: keyOf(id), at: at() })
    },
    live: async (id, code, made) => {
      await create(id, made)
      start(id)
      exit(id, code)
    },
    post: (event) => post(event),
    hold: (what = 'all') => {
      holding = what
    },
    release: () => {
      holding = 'none'
      const late = held
      held = []
      for (const asked of late) post(...answer(asked))
    },
    now: () => clock.now(),
  }
}
