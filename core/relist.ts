/**
 * A listing is nothing but many small observations: this one takes it apart. What is known here and missing there is an observation too.
 *
 * @module
 */
import { metadataOf } from './container/context.ts'
import { hasLived, standsForSandbox } from './container/over.ts'
import type { Observation } from './container/observation.ts'
import type { ContainerInput } from './container/step.ts'
import type { Relisted } from './event.ts'
import { containerKey, sandboxKey } from './ids.ts'
import type { SandboxMissing, SandboxOverlapped, SandboxSeen } from './sandbox.ts'
import type { State } from './state.ts'
import { entries, lookup } from './table.ts'

export interface Observations {
  readonly containers: ReadonlyArray<Observation & ContainerInput>
  readonly sandboxes: ReadonlyArray<SandboxSeen | SandboxMissing | SandboxOverlapped>
}

/**
 * In the order in which they have to be taken: records first, since a task is followed only once it is known whose it is.
 * Costs O(n log n) in the containers of the namespace: a listing is about all of them.
 */
export const observations = ({ namespace, containers, tasks, sandboxes, at }: Relisted, state: State): Observations => {
  const listedContainers = new Set(containers.map(({ id }) => id))
  const listedTasks = new Set(tasks.map(({ id }) => id))
  const listedSandboxes = sandboxes === undefined ? undefined : new Set(sandboxes.map(({ id }) => id))
  const ours = entries(state.containers).flatMap(([, container]) => (container.namespace === namespace ? [container] : []))
  const pauses = new Set([
    ...containers.flatMap(({ id, metadata }) => (metadata.kind === 'sandbox' ? [id] : [])),
    ...ours.flatMap((container) => (metadataOf(container).kind === 'sandbox' ? [container.id] : [])),
  ])
  // Also one that the listing shows for the first time to be a pause container.
  const isTold = (id: string): boolean => {
    const container = lookup(containerKey(namespace, id), state.containers)
    return container !== undefined && (pauses.has(id) ? hasLived(container) : standsForSandbox(container))
  }
  const isSeenTo = (id: string): boolean =>
    isTold(id) || (pauses.has(id) && lookup(sandboxKey(namespace, id), state.sandboxes) === undefined)

  const seen = [...containers].sort(byId).map(({ id, metadata }): Observation => (
    { _tag: 'ContainerSeen', container: containerKey(namespace, id), metadata, at }
  ))
  const missing = ours.flatMap(({ id, key, lookup: { _tag } }): ReadonlyArray<Observation> =>
    _tag === 'Known' && !listedContainers.has(id) ? [{ _tag: 'ContainerMissing', container: key, at }] : []
  )
  // With selectors the list of tasks holds those of other people's containers too: a task is looked at only if its record was listed.
  const taskSeen = [...tasks].sort(byId).flatMap(({ id, task }): ReadonlyArray<Observation> => {
    const key = containerKey(namespace, id)
    const isKnown = listedContainers.has(id) || lookup(key, state.containers) !== undefined
    return isKnown ? [{ _tag: 'TaskSeen', container: key, task, at }] : []
  })
  const taskMissing = ours.flatMap(({ id, key, runs }): ReadonlyArray<Observation> =>
    runs.some(({ phase }) => phase._tag === 'Running') && !listedTasks.has(id) ? [{ _tag: 'TaskMissing', container: key, at }] : []
  )
  return {
    containers: [...seen, ...missing, ...taskSeen, ...taskMissing],
    sandboxes: listedSandboxes === undefined ? [] : [
      // The sandbox of a pause container is seen to through the container, so that its end is told once.
      ...[...sandboxes ?? []].sort(byId).filter(({ id }) => !isSeenTo(id)).map(({ id, sandboxer }): SandboxSeen => (
        { _tag: 'SandboxSeen', sandbox: sandboxKey(namespace, id), sandboxer, at }
      )),
      ...entries(state.sandboxes).flatMap(([key, sandbox]): ReadonlyArray<SandboxMissing | SandboxOverlapped> => {
        if (sandbox.namespace !== namespace) return []
        if (isTold(sandbox.id)) return [{ _tag: 'SandboxOverlapped', sandbox: key, at }]
        return listedSandboxes.has(sandbox.id) ? [] : [{ _tag: 'SandboxMissing', sandbox: key, at }]
      }),
    ],
  }
}

const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
