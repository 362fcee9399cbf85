/**
 * containerd read for NRI: containers and their pods as plugins see them, one at a time or all there are.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { containerKey, lookup, type State } from '../../../core/index.ts'
import { metadataOf } from '../../containerd/metadata.ts'
import { taskView } from '../../containerd/task_view.ts'
import { type Env } from '../../env.ts'
import { describeError, isClass, type ShellError } from '../../errors.ts'
import { loadMs, reading } from '../../interpret/read.ts'
import type { Container as ContainerRecord } from '../../proto/gen/containerd/containers.ts'
import type { Sandbox as SandboxRecord } from '../../proto/gen/containerd/types.ts'
import type { NriSnapshot, PodSandbox } from '../world.ts'
import { containerOf, loneOf, podOf, podOfStore, unknownPod } from './describe.ts'
import { standingOf } from './standing.ts'

export interface NriReader {
  /** The record, or undefined when it is not there or cannot be read in time. */
  readonly container: (namespace: string, id: string) => Promise<ContainerRecord | undefined>
  /** The pod of that id; what is found is remembered until `forgetPod`. */
  readonly pod: (namespace: string, id: string) => Promise<PodSandbox>
  readonly forgetPod: (namespace: string, id: string) => void
  /** Everything, read until it can be. */
  readonly snapshot: (state: () => State) => Promise<NriSnapshot>
}

/** Between two tries at a snapshot, ms. */
const againMs = 1_000

export const makeReader = (env: Env): NriReader => {
  const pods = new Map<string, PodSandbox>()

  const container = async (namespace: string, id: string): Promise<ContainerRecord | undefined> => {
    const found = await reading('Containers.Get', loadMs, ({ containerd }) => containerd.containerGet(namespace, id))(env)()
    return E.isRight(found) ? found.right : undefined
  }
  const findPod = async (namespace: string, id: string): Promise<PodSandbox | undefined> => {
    const pause = await container(namespace, id)
    if (pause !== undefined) return podOf(namespace, id, pause)
    const listed = await reading('Sandboxes.List', loadMs, ({ containerd }) => containerd.sandboxList(namespace))(env)()
    const record = E.isRight(listed) ? listed.right.find(({ sandboxId }) => sandboxId === id) : undefined
    return record === undefined ? undefined : podOfStore(namespace, record)
  }
  const pod = async (namespace: string, id: string): Promise<PodSandbox> => {
    const known = pods.get(`${namespace}/${id}`)
    if (known !== undefined) return known
    const found = await findPod(namespace, id)
    if (found !== undefined) pods.set(`${namespace}/${id}`, found)
    return found ?? unknownPod(id)
  }

  const sandboxes = async (namespace: string): Promise<E.Either<ShellError, ReadonlyArray<SandboxRecord>>> => {
    const listed = await env.containerd.sandboxList(namespace)(env)()
    return E.isLeft(listed) && isClass('Unimplemented')(listed.left) ? E.right([]) : listed
  }
  const ofNamespace = async (namespace: string, state: State): Promise<E.Either<ShellError, NriSnapshot>> => {
    const records = await env.containerd.containerList(namespace, env.selectors)(env)()
    if (E.isLeft(records)) return records
    const tasks = await env.containerd.taskList(namespace)(env)()
    if (E.isLeft(tasks)) return tasks
    const stored = await sandboxes(namespace)
    if (E.isLeft(stored)) return stored
    return E.right(
      inNamespace(namespace, records.right, new Map(tasks.right.map((task) => [task.id, taskView(task)])), stored.right, state),
    )
  }
  const snapshot = async (state: () => State): Promise<NriSnapshot> => {
    for (;;) {
      const found = await Promise.all(env.namespaces.map((namespace) => ofNamespace(namespace, state())))
      const failed = found.find(E.isLeft)
      if (failed === undefined) {
        const parts = found.flatMap((part) => (E.isRight(part) ? [part.right] : []))
        return { pods: parts.flatMap(({ pods: some }) => some), containers: parts.flatMap(({ containers }) => containers) }
      }
      env.log.debug('cannot read what NRI plugins are to be told, trying again', { error: describeError(failed.left) })
      if (await env.clock.sleep(againMs, env.signal) === 'aborted') return { pods: [], containers: [] }
    }
  }
  return { container, pod, forgetPod: (namespace, id) => void pods.delete(`${namespace}/${id}`), snapshot }
}

/** Pause containers are pods, not containers. Every container is given a pod, one that is listed too. */
const inNamespace = (
  namespace: string,
  records: ReadonlyArray<ContainerRecord>,
  tasks: ReadonlyMap<string, ReturnType<typeof taskView>>,
  stored: ReadonlyArray<SandboxRecord>,
  state: State,
): NriSnapshot => {
  const pods = new Map(stored.map((record) => [record.sandboxId, podOfStore(namespace, record)]))
  const described = records.map((record) => ({ record, metadata: metadataOf(record) }))
  for (const { record, metadata } of described) if (metadata.kind === 'sandbox') pods.set(record.id, podOf(namespace, record.id, record))
  const containers = described.filter(({ metadata }) => metadata.kind === 'container').map(({ record, metadata }) => {
    const podId = metadata.sandboxId ?? record.id
    if (!pods.has(podId)) pods.set(podId, metadata.sandboxId === undefined ? loneOf(namespace, record.id) : unknownPod(podId))
    const known = lookup(containerKey(namespace, record.id), state.containers)
    return containerOf(record, podId, standingOf(known, tasks.get(record.id)))
  })
  return { pods: [...pods.values()], containers }
}
