/**
 * Reads: they may be cut off and tried again. Each try has its own limit, and all share a cap, so that the exits of a thousand
 * containers do not ask a daemon that is just coming up all at once.
 *
 * @module
 */
import { pipe } from 'fp-ts/lib/function.js'
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js'
import { type LoadContainer, type LoadTask, parts, type ReadOomKills, type RefreshImage } from '../../core/index.ts'
import { metadataOf } from '../containerd/metadata.ts'
import { oomKills } from '../containerd/oom_kills.ts'
import { taskView } from '../containerd/task_view.ts'
import type { Env } from '../env.ts'
import { isTransient, type ShellError } from '../errors.ts'
import { quickRetries, withRetry } from '../task/retry.ts'
import { withTimeout } from '../task/timeout.ts'
import { answer, type Interpreted, outcomeOf } from './outcome.ts'

type Reading<A> = RTE.ReaderTaskEither<Env, ShellError, A>

/** A read with its limits: so many at once, so long each, and again a few times while the connection is being made. */
export const reading = <A>(what: string, ms: (env: Env) => number, call: (env: Env) => Reading<A>): Reading<A> => (env) =>
  pipe(call(env), withTimeout(ms(env), what), env.reads, withRetry(quickRetries, isTransient))(env)

export const loadMs = ({ limits }: Env): number => limits.loadTimeoutMs

export const loadTask = ({ container, call }: LoadTask): Interpreted => {
  const [namespace, id] = parts(container)
  const get = reading('Tasks.Get', loadMs, ({ containerd }) => containerd.taskGet(namespace, id))
  return answer(outcomeOf(get, taskView), (outcome, at) => ({ _tag: 'LoadSettled', container, call, outcome, at }))
}

/** With selectors containerd itself is asked whether they match: its filter language stays its own. */
export const loadContainer = ({ container, call }: LoadContainer): Interpreted => (env) => {
  const [namespace, id] = parts(container)
  const get = reading('Containers.Get', loadMs, ({ containerd }) => containerd.containerGet(namespace, id))
  const matches: Reading<boolean> = env.selectors.length === 0 ? RTE.right(true) : pipe(
    reading('Containers.List', loadMs, ({ containerd }) => containerd.containerList(namespace, narrowed(env.selectors, id))),
    RTE.map((found) => found.length > 0),
  )
  const found = pipe(
    get,
    RTE.flatMap((record) => pipe(matches, RTE.map((isOurs) => ({ record, isOurs })))),
  )
  const outcome = outcomeOf(
    found,
    ({ record, isOurs }) => isOurs ? { _tag: 'Found', metadata: metadataOf(record) } as const : { _tag: 'NotOurs' } as const,
  )
  return answer(outcome, (settled, at) => ({ _tag: 'ContainerSettled', container, call, outcome: settled, at }))(env)
}

/** Each selector is an alternative, and has to hold for this one container. */
export const narrowed = (selectors: ReadonlyArray<string>, id: string): ReadonlyArray<string> =>
  selectors.map((selector) => `${selector},id==${id}`)

/** Bounded as a whole, the wait for its turn included: the exit is not written down before it has been answered. */
export const readOomKills = ({ container, call }: ReadOomKills): Interpreted => (env) => {
  const [namespace, id] = parts(container)
  const metrics: Reading<bigint | undefined> = pipe(
    env.containerd.taskMetrics(namespace, id),
    RTE.map((metric) => (metric === undefined ? undefined : oomKills(metric))),
    env.reads,
    withTimeout(env.limits.oomReadTimeoutMs, 'Tasks.Metrics'),
  )
  const none = { _tag: 'Failed', reason: 'Other', message: 'Tasks.Metrics has no count of OOM kills' } as const
  const outcome = outcomeOf(metrics, (kills) => (kills === undefined ? none : { _tag: 'Counted', kills } as const))
  return answer(outcome, (counted, at) => ({
    _tag: 'OomKillsSettled',
    container,
    call,
    outcome: counted._tag === 'NotFound' ? none : counted,
    at,
  }))(env)
}

export const refreshImage = ({ image, call }: RefreshImage): Interpreted => {
  const [namespace, name] = parts(image)
  const get = reading('Images.Get', loadMs, ({ containerd }) => containerd.imageGet(namespace, name))
  const outcome = outcomeOf(get, ({ target }) => ({ _tag: 'Found', digest: target?.digest ?? '' } as const))
  return answer(outcome, (found, at) => ({ _tag: 'ImageSettled', image, call, outcome: found, at }))
}
