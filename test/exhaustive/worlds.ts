/** The small worlds that are searched, each with the number of steps that fits into a test run and into a minute. */
import type { Metadata, Policy } from '../../core/index.ts'
import { containerKey, defaultPolicy, noMetadata, sandboxKey } from '../../core/index.ts'
import { calm } from '../small_world/calm.ts'
import { beginning, type Budget, nothingLeft, type Rules, rulesFor, type Situation } from '../small_world/situation.ts'
import { started, type TrueContainer, type Truth } from '../small_world/truth.ts'

export interface SmallWorld {
  readonly name: string
  readonly rules: Rules
  readonly from: Situation
  /** Steps in a test run, and in the search of a minute. */
  readonly depth: number
  readonly nightlyDepth: number
}

const container = (id: string, code: number, metadata: Partial<Metadata>, oomKilled = false): TrueContainer => ({
  key: containerKey('ci', id),
  metadata: { ...noMetadata, ...metadata },
  code,
  oomKilled,
  record: true,
  shim: false,
  runs: [],
})

/** All delays between attempts are equal: how often something has failed makes no difference then, and situations merge. */
const steady: Policy = { ...defaultPolicy, backoffFirstMs: 1_000, backoffCapMs: 1_000, maxHandlings: 1 }

const web = container('web-1', 3, { sandboxId: 'pod-1', ownPidNamespace: true })
const job = container('job-1', 137, { sandboxId: 'pod-1', ownPidNamespace: true }, true)
const pause = container('pod-1', 0, { kind: 'sandbox', ownPidNamespace: true })
const pod = { key: sandboxKey('ci', 'pod-1'), code: 0, exitedAt: undefined }

/** Everything runs, is known and watched, and the process has been there for a while. */
const running = (rules: Rules, truth: Truth, left: Partial<Budget>): Situation => {
  const all = truth.containers.reduce((next, { key }) => started(next, key), truth)
  return { ...calm(rules, beginning(rules, all, nothingLeft)), left: { ...nothingLeft, ...left } }
}

const world = (
  name: string,
  truth: Truth,
  policy: Partial<Policy>,
  left: Partial<Budget>,
  depths: readonly [number, number],
): SmallWorld => {
  const rules = rulesFor({ ...steady, ...policy })
  return { name, rules, from: running(rules, truth, left), depth: depths[0], nightlyDepth: depths[1] }
}

const much: Budget = { failures: 2, crashes: 2, doubles: 1, listings: 1, starts: 1, others: 1 }
const little: Budget = { ...nothingLeft, failures: 1, crashes: 1 }

const podOfStore: Truth = { containers: [web, job], sandboxes: [pod] }
const podOfPause: Truth = { containers: [web, job, pause], sandboxes: [] }
const alone: Truth = { containers: [{ ...job, metadata: { ...job.metadata, ownPidNamespace: false } }], sandboxes: [] }

export const smallWorlds = (): ReadonlyArray<SmallWorld> => [
  world('two containers and a pod of the sandbox store, much trouble', podOfStore, {}, much, [4, 5]),
  world('two containers and a pod of the sandbox store, little trouble', podOfStore, {}, little, [6, 8]),
  world('two containers and a pod with a pause container, much trouble', podOfPause, {}, much, [4, 5]),
  world('two containers and a pod with a pause container, little trouble', podOfPause, {}, { ...little, starts: 1 }, [6, 8]),
  world('one container, every step, much trouble', alone, { nri: true, io: true, deleteGraceMs: 500 }, much, [6, 7]),
]
