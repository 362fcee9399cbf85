/**
 * What must never be true of one container, whatever it was told. Each rule is one sentence about what is wrong, with the names of
 * what is wrong in it.
 *
 * @module
 */
import { mustWaitItsTurn } from '../container/context.ts'
import type { Phase, Run } from '../container/phase.ts'
import { inAttempt, inHandling, wantsSlot } from '../container/phase.ts'
import { describePhase } from '../describe.ts'
import type { CallId } from '../ids.ts'
import { containerKey } from '../ids.ts'
import type { Container } from '../state.ts'
import { awaitedBy } from './awaited.ts'

export const containerViolations = (container: Container): ReadonlyArray<string> =>
  [...ofNames(container), ...ofRuns(container), ...ofOrder(container), ...ofCalls(container)].map((text) => `${container.key}: ${text}`)

const ofNames = ({ key, namespace, id, lookup, runs }: Container): ReadonlyArray<string> => [
  ...(key === containerKey(namespace, id) ? [] : [`is named ${namespace}/${id} inside`]),
  ...runs.flatMap((run) => (run.id.namespace === namespace && run.id.id === id ? [] : [`holds a run of ${run.id.namespace}/${run.id.id}`])),
  ...(lookup._tag === 'NotOurs' && runs.length > 0 ? ['is not ours, and yet its runs are kept'] : []),
]

const ofRuns = ({ runs }: Container): ReadonlyArray<string> =>
  runs.flatMap((run) => {
    const { phase } = run
    if (phase._tag === 'Running' || phase._tag === 'Exited') return []
    const { handling } = phase
    return [
      // Rule 1, write before delete.
      ...(handling.durable || !mayTouch(phase) ? [] : [`${name(run)} is acted upon before its exit is on disk`]),
      ...(phase._tag === 'Recording' && handling.goal !== 'done'
        ? [`${name(run)} is written down as over before its task is dealt with`]
        : []),
      ...(phase._tag === 'Announced' && !handling.owed ? [`${name(run)} looks for a shim though nothing is owed`] : []),
      ...(inAttempt(phase) && handling.deadline === undefined ? [`${name(run)} has no deadline`] : []),
      ...(!inAttempt(phase) && handling.deadline !== undefined ? [`${name(run)} has a deadline outside an attempt`] : []),
      ...(!inAttempt(phase) && handling.slow ? [`${name(run)} is slow outside an attempt`] : []),
    ]
  })

/** Whether something is done, or may be in flight, that presupposes the record. */
const mayTouch = (phase: Phase): boolean =>
  inAttempt(phase) || phase._tag === 'Recording' || phase._tag === 'Announced' ||
  (phase._tag === 'BackingOff' && phase.outstanding !== undefined)

const ofOrder = (container: Container): ReadonlyArray<string> => {
  const { runs, lastGeneration } = container
  const destroying = runs.filter(isDestroying)
  const attempted = runs.filter(({ phase }) => inAttempt(phase))
  return [
    ...runs.flatMap((run, place) => {
      const before = runs[place - 1]
      const { generation } = run.id
      const ahead = runs.flatMap(({ id, phase }) => id.generation < generation && inHandling(phase) ? [phase.handling.seenAt] : [])
      // A run that was believed alive when a later one exited is not waited for: that one's exit may be old, and this one live on.
      const passedBy = goesAhead(run.phase) && ahead.some((seenAt) => 'handling' in run.phase && seenAt < run.phase.handling.seenAt)
      return [
        ...(before !== undefined && generation <= before.id.generation ? [`${name(run)} stands behind ${name(before)}`] : []),
        ...(generation > lastGeneration || generation < 1 ? [`${name(run)} is out of the ${lastGeneration} generations counted`] : []),
        ...(run.phase._tag === 'Exited' && place < runs.length - 1 ? [`${name(run)} is kept though it is over and not the last`] : []),
        // Rule 8, order per container.
        ...(passedBy ? [`${name(run)} does not wait its turn`] : []),
        ...(run.phase._tag === 'Recorded' && run.phase.waitsFor === 'turn' && !mustWaitItsTurn(container, run)
          ? [`${name(run)} waits for a turn that is its own`]
          : []),
      ]
    }),
    ...(attempted.length > 1 ? [`${attempted.map(name).join(' and ')} are handled at once`] : []),
    // Rule 5, at most one destructive call in flight.
    ...(destroying.length > 1 ? [`${destroying.map(name).join(' and ')} have destructive calls in flight at once`] : []),
  ]
}

const goesAhead = (phase: Phase): boolean => inAttempt(phase) || wantsSlot(phase) || phase._tag === 'Recording'

const isDestroying = ({ phase }: Run): boolean => {
  switch (phase._tag) {
    case 'Killing':
    case 'Deleting':
    case 'Cleaning':
      return true
    case 'BackingOff':
      return phase.outstanding !== undefined
    case 'Announced':
      return phase.doing === 'Deleting' || phase.doing === 'Cleaning'
    case 'Running':
    case 'Examining':
    case 'Recorded':
    case 'Loading':
    case 'Notifying':
    case 'Draining':
    case 'Recording':
    case 'Exited':
      return false
  }
}

/** Calls and timers are counted together, but a call may share its id with a timer: one is answered, the other fires. */
const ofCalls = (container: Container): ReadonlyArray<string> => {
  const { calls, timers } = awaitedBy(container)
  return [
    ...repeated(calls).map((call) => `two calls ${call} are awaited`),
    ...repeated(timers).map((call) => `two timers ${call} are awaited`),
    ...[...calls, ...timers].flatMap((
      call,
    ) => (call < 1 || call > container.lastCall ? [`call ${call} is awaited and was never made`] : [])),
  ]
}

const repeated = (ids: ReadonlyArray<CallId>): ReadonlyArray<CallId> => ids.filter((id, place) => ids.indexOf(id) !== place)

const name = ({ id, phase }: Run): string => `run ${id.generation} (${describePhase(phase)})`
