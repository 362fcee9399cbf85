/**
 * What must never be true of a state, as sentences. Knows nothing of how a state comes about: the tests and the simulator ask after
 * every event, and a shell may ask when it likes. It looks at everything, so it costs O(n log n).
 *
 * @module
 */
import { holdsSlot, wantsSlot } from './container/phase.ts'
import { containerViolations } from './invariants/container.ts'
import { imageViolations, sandboxViolations } from './invariants/others.ts'
import type { Policy } from './policy.ts'
import { toArray } from './queue.ts'
import type { Container, State } from './state.ts'
import { entries } from './table.ts'

/**
 * Every promise that `state` breaks, none if all is well.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { defaultPolicy, initial, violations } from 'containerd-reaper/core'
 *
 * const fresh = initial('boot-1')
 * assert.deepEqual(violations(defaultPolicy)(fresh), [])
 * assert.deepEqual(violations(defaultPolicy)({ ...fresh, slots: { ...fresh.slots, inFlight: 1 } }), ['1 slots are taken by 0 runs'])
 * ```
 */
export const violations = (policy: Policy): (state: State) => ReadonlyArray<string> => (state) => {
  const containers = entries(state.containers)
  return [
    ...containers.flatMap(([key, container]) => misplaced(key, container.key)),
    ...containers.flatMap(([, container]) => containerViolations(container)),
    ...entries(state.sandboxes).flatMap(([key, sandbox]) => [...misplaced(key, sandbox.key), ...sandboxViolations(sandbox)]),
    ...entries(state.images).flatMap(([key, image]) => [...misplaced(key, image.key), ...imageViolations(image)]),
    ...ofSlots(policy, state, containers.map(([, container]) => container)),
    ...ofSequence(state),
  ]
}

const misplaced = (place: string, key: string): ReadonlyArray<string> => place === key ? [] : [`${key} stands in the place of ${place}`]

const ofSlots = ({ maxHandlings }: Policy, { slots }: State, containers: ReadonlyArray<Container>): ReadonlyArray<string> => {
  const taken = containers.reduce((total, { runs }) => total + runs.filter(({ phase }) => holdsSlot(phase)).length, 0)
  const queues = entries(slots.waiting)
  const queued = new Set(queues.flatMap(([, queue]) => toArray(queue)))
  const turns = toArray(slots.turns)
  const waiting = containers.filter(({ runs }) => runs.some(({ phase }) => wantsSlot(phase)))
  return [
    ...(taken === slots.inFlight ? [] : [`${slots.inFlight} slots are taken by ${taken} runs`]),
    ...(slots.inFlight <= maxHandlings ? [] : [`${slots.inFlight} slots are taken of ${maxHandlings}`]),
    ...waiting.flatMap(({ key }) => (queued.has(key) ? [] : [`${key} waits for a slot and does not stand in line`])),
    ...(waiting.length > 0 && slots.inFlight < maxHandlings
      ? [`${waiting.length} wait while ${maxHandlings - slots.inFlight} slots are free`]
      : []),
    ...queues.flatMap(([namespace, queue]) => [
      ...(turns.filter((turn) => turn === namespace).length === 1 ? [] : [`${namespace} has not exactly one turn`]),
      ...(toArray(queue).length > 0 ? [] : [`nobody of ${namespace} waits in its line`]),
    ]),
    ...(turns.length === queues.length ? [] : [`${turns.length} turns are given to ${queues.length} namespaces`]),
  ]
}

/** Rule 2: a number is given once, and only below the next free one. */
const ofSequence = ({ nextSeq, containers, sandboxes }: State): ReadonlyArray<string> => {
  const given = [
    ...entries(containers).flatMap(([key, { runs }]) =>
      runs.flatMap(({ id, phase }): ReadonlyArray<Given> => {
        const seq = phase._tag === 'Announced' ? phase.over.seq : 'seq' in phase ? phase.seq : undefined
        return seq === undefined ? [] : [{ by: `${key} run ${id.generation}`, seq }]
      })
    ),
    // The number of a sandbox that is over is that of its pause container, where it has one.
    ...entries(sandboxes).flatMap(([key, { phase }]): ReadonlyArray<Given> =>
      phase._tag === 'Recording' ? [{ by: `sandbox ${key}`, seq: phase.seq }] : []
    ),
  ]
  const first = new Map<number, string>()
  return given.flatMap(({ by, seq }) => {
    const other = first.get(seq)
    first.set(seq, by)
    return [
      ...(seq < nextSeq ? [] : [`${by} has number ${seq}, and the next free one is ${nextSeq}`]),
      ...(other === undefined ? [] : [`${other} and ${by} have the same number ${seq}`]),
    ]
  })
}

interface Given {
  readonly by: string
  readonly seq: number
}
