/** The stories that are told to the end with the process killed at every place in them. */
import { containerKey, defaultPolicy, noMetadata, sandboxKey } from '../../core/index.ts'
import { failed } from '../sim/truth.ts'
import type { Call, DestructiveEnd, Fact, Rules, Situation } from '../small_world/situation.ts'
import { rulesFor } from '../small_world/situation.ts'
import { exited, sandboxExited, started, taskGone, taskOf, type TrueContainer, type Truth } from '../small_world/truth.ts'

export interface Story {
  readonly name: string
  readonly rules: Rules
  /** Everything in it runs when the story begins. */
  readonly truth: Truth
  /** What happens, one after the other, each when all has come to rest. */
  readonly happenings: ReadonlyArray<(s: Situation) => Situation>
  /** How often it goes otherwise than it should; told by `instead`. */
  readonly troubles: number
  /** A destructive call is about to be served, and some trouble is left: what becomes of it instead. */
  readonly instead?: (s: Situation, call: Call) => { readonly s: Situation; readonly outcome?: DestructiveEnd } | undefined
  /** Whether every STOPPED has to say OOMKilled. */
  readonly oom: boolean
}

const web: TrueContainer = {
  key: containerKey('ci', 'web-1'),
  metadata: { ...noMetadata, sandboxId: 'pod-1' },
  code: 3,
  oomKilled: false,
  record: true,
  shim: false,
  runs: [],
}
const pause: TrueContainer = { ...web, key: containerKey('ci', 'pod-1'), metadata: { ...noMetadata, kind: 'sandbox' }, code: 0 }
const rules = rulesFor({ ...defaultPolicy, nri: true, io: true })

const running = (...containers: ReadonlyArray<TrueContainer>): Truth =>
  containers.reduce<Truth>((truth, { key }) => started(truth, key), { containers, sandboxes: [] })

const exits = ({ key, oomKilled }: TrueContainer) => (s: Situation): Situation => {
  const truth = exited(s.truth, key, s.now)
  const run = truth.containers.find((it) => it.key === key)?.runs.at(-1)
  if (run === undefined) return s
  const { pid, code, exitedAt } = run
  const fact: Fact = { _tag: 'TaskExited', container: key, processId: key.slice(3), pid, code, exitedAt }
  const oom: ReadonlyArray<Fact> = oomKilled ? [{ _tag: 'TaskOomed', container: key }] : []
  return { ...s, truth, events: [...s.events, ...[...oom, fact].map((it) => ({ fact: it, left: 1 }))] }
}

const podEnds = (s: Situation): Situation => {
  const key = sandboxKey('ci', 'pod-1')
  const truth = sandboxExited(s.truth, key, s.now)
  const fact: Fact = { _tag: 'SandboxExited', sandbox: key, code: 9, exitedAt: truth.sandboxes[0]?.exitedAt }
  return { ...s, truth, events: [...s.events, { fact, left: 1 }] }
}

const plain = { rules, troubles: 0, oom: false } as const
const killed: TrueContainer = { ...web, code: 137, oomKilled: true }

export const stories: ReadonlyArray<Story> = [
  { ...plain, name: 'the happy path', truth: running(web), happenings: [exits(web)] },
  {
    ...plain,
    name: 'the task is not found: another client has deleted it, and left its shim',
    truth: running(web),
    happenings: [exits(web)],
    troubles: 1,
    instead: (s, { effect }) => {
      if (effect._tag !== 'DeleteTask' || s.truth.containers.every((it) => taskOf(it) === undefined)) return undefined
      return { s: { ...s, truth: taskGone(s.truth, effect.container, 'other', true) } }
    },
  },
  {
    ...plain,
    name: 'back-off: two Deletes fail',
    truth: running(web),
    happenings: [exits(web)],
    troubles: 2,
    instead: (s, { effect }) => (effect._tag === 'DeleteTask' ? { s, outcome: failed('Other', 'device or resource busy') } : undefined),
  },
  {
    ...plain,
    name: 'a sandbox of the sandbox store, and a container in it',
    truth: { ...running(web), sandboxes: [{ key: sandboxKey('ci', 'pod-1'), code: 9, exitedAt: undefined }] },
    happenings: [(s) => podEnds(exits(web)(s))],
  },
  {
    ...plain,
    name: 'a pod with a pause container, and a container in it',
    truth: running(web, pause),
    happenings: [exits(web), exits(pause)],
  },
  { ...plain, name: 'an OOM kill', truth: running(killed), happenings: [exits(killed)], oom: true },
]
