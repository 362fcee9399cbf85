/**
 * The reaper's side of NRI: what plugins are told of runs that end, of records and pods that go, and when. Whether a run's end is told
 * is the core's decision; this file sees to it that what is told is right, in order, and never twice.
 *
 * @module
 */
import {
  type Container,
  type ContainerKey,
  containerKey,
  type Effect,
  lookup,
  type Metadata,
  noMetadata,
  parts,
  type RunId,
  type SandboxKey,
  sandboxKey,
  type State,
} from '../../../core/index.ts'
import type { Env } from '../../env.ts'
import type { NriHost, Told } from '../host.ts'
import { inOrder } from '../turns.ts'
import type { Container as NriContainer, PodSandbox } from '../world.ts'
import { containerOf, loneOf, podOf, type Standing, unknownContainer, unknownPod } from './describe.ts'
import type { NriPort } from './port.ts'
import { makeReader } from './reader.ts'
import { endOf } from './standing.ts'
import { applyUpdates } from './updates.ts'
import { stoppable } from '../../task/cancellable.ts'

/** What plugins were told last of a container; without one it is a pod. */
interface Described {
  readonly pod: PodSandbox
  readonly container?: NriContainer
}

const noneListening: Told = { _tag: 'NoneListening' }

export const makeNriPort = (host: NriHost, env: Env, state: () => State): NriPort => {
  const reader = makeReader(env)
  /** Of each pod one thing after the other, the reading of what is told included. */
  const turns = inOrder()
  /** Runs whose end has been told in this process and is not written down as told yet. */
  const told = new Map<string, Promise<Told>>()
  /** Containers that are there, as far as this process has seen: only those can go. */
  const present = new Set<ContainerKey>()
  const described = new Map<ContainerKey, Described>()
  /** Sandboxes of the store that are there, with the life whose end has been told. */
  const storePods = new Map<SandboxKey, number | undefined>()

  const describe = async (namespace: string, id: string, metadata: Metadata, standing: Standing): Promise<Described> => {
    const record = await reader.container(namespace, id)
    if (metadata.kind === 'sandbox') return { pod: record === undefined ? unknownPod(id) : podOf(namespace, id, record) }
    const pod = metadata.sandboxId === undefined ? loneOf(namespace, id) : await reader.pod(namespace, metadata.sandboxId)
    return { pod, container: record === undefined ? unknownContainer(id, pod.id, standing) : containerOf(record, pod.id, standing) }
  }

  const tellOfExit = async ({ namespace, id, generation }: RunId): Promise<Told> => {
    const key = containerKey(namespace, id)
    const known = lookup(key, state().containers)
    const run = known?.runs.find((other) => other.id.generation === generation)
    const standing = run === undefined ? undefined : endOf(run)
    const [stop, remove] = metadataOf(known).kind === 'sandbox'
      ? ['StopPodSandbox', 'RemovePodSandbox'] as const
      : ['StopContainer', 'RemoveContainer'] as const
    if (!host.mayWant(stop) && !host.mayWant(remove)) return noneListening
    const what = await describe(namespace, id, metadataOf(known), standing ?? { _tag: 'Unknown' })
    present.add(key)
    described.set(key, what)
    return await (what.container === undefined ? host.stopPodSandbox(what.pod) : host.stopContainer(what.pod, what.container))()
  }
  const inTime = async (job: Promise<Told>): Promise<Told> => {
    const ms = host.requestTimeoutMs
    const timer = stoppable()
    const late = env.clock.sleep(ms, timer.signal).then((): Told => ({ _tag: 'Late', ms }))
    const outcome = await Promise.race([job, late])
    timer.abort()
    return outcome
  }
  const podKey = (key: ContainerKey): string => {
    const { sandboxId } = metadataOf(lookup(key, state().containers))
    return sandboxId === undefined ? key : `${parts(key)[0]}/${sandboxId}`
  }

  /** The record has gone, and nothing of the container is open any more. */
  const tellOfRemoval = (key: ContainerKey, metadata: Metadata): void => {
    const [namespace, id] = parts(key)
    present.delete(key)
    void turns(podKey(key), async () => {
      const known = described.get(key)
      described.delete(key)
      if (metadata.kind === 'sandbox') {
        reader.forgetPod(namespace, id)
        return await host.removePodSandbox(known?.pod ?? unknownPod(id))()
      }
      if (!host.mayWant('RemoveContainer')) return noneListening
      const { sandboxId } = metadata
      const pod = known?.pod ?? (sandboxId === undefined ? loneOf(namespace, id) : await reader.pod(namespace, sandboxId))
      return await host.removeContainer(pod, known?.container ?? unknownContainer(id, pod.id, { _tag: 'Unknown' }))()
    })
  }
  const noteContainer = (key: ContainerKey, now: State): void => {
    const container = lookup(key, now.containers)
    if (container?.lookup._tag === 'Known') present.add(key)
    else if (present.has(key) && (container === undefined || isGone(container))) tellOfRemoval(key, metadataOf(container))
  }

  const tellOfPodStop = (key: SandboxKey, now: State): void => {
    const generation = lookup(key, now.sandboxes)?.generation ?? 0
    if (storePods.get(key) === generation) return // the write was tried again
    storePods.set(key, generation)
    const [namespace, id] = parts(key)
    void turns(
      key,
      async () => host.mayWant('StopPodSandbox') ? await host.stopPodSandbox(await reader.pod(namespace, id))() : noneListening,
    )
  }
  const tellOfPodRemoval = (key: SandboxKey): void => {
    storePods.delete(key)
    const [namespace, id] = parts(key)
    void turns(key, async () => {
      const pod = await reader.pod(namespace, id)
      reader.forgetPod(namespace, id)
      return await host.removePodSandbox(pod)()
    })
  }
  /** A pod that has a pause container is that container. */
  const noteStorePods = (namespace: string, listed: ReadonlyArray<string>, now: State): void => {
    const keys = new Set(listed.map((id) => sandboxKey(namespace, id)))
    for (const key of storePods.keys()) if (parts(key)[0] === namespace && !keys.has(key)) tellOfPodRemoval(key)
    for (const id of listed) {
      const key = sandboxKey(namespace, id)
      if (!storePods.has(key) && lookup(containerKey(namespace, id), now.containers) === undefined) storePods.set(key, undefined)
    }
  }

  const noteEffect = (effect: Effect, now: State): void => {
    if (effect._tag !== 'Persist') return
    for (const record of effect.records) {
      if (record._tag === 'RunDropped' || (record._tag === 'RunRecord' && record.standing !== 'open')) told.delete(runKey(record.run))
      if (record._tag === 'SandboxRecord' && effect.owner._tag === 'Sandbox') tellOfPodStop(effect.owner.key, now)
    }
  }
  return {
    exited: (run) => () => {
      const key = runKey(run)
      const before = told.get(key)
      if (before !== undefined) return before
      const telling = inTime(turns(podKey(containerKey(run.namespace, run.id)), () => tellOfExit(run)))
      told.set(key, telling)
      return telling
    },
    observe: (event, effects, now) => {
      for (const effect of effects) noteEffect(effect, now)
      if ('container' in event) noteContainer(event.container, now)
      if (event._tag === 'PersistSettled' && event.owner._tag === 'Container') noteContainer(event.owner.key, now)
      if (event._tag !== 'Relisted') return
      for (const { id } of event.containers) noteContainer(containerKey(event.namespace, id), now)
      if (event.sandboxes !== undefined) noteStorePods(event.namespace, event.sandboxes.map(({ id }) => id), now)
    },
    world: {
      synchronize: () => reader.snapshot(state),
      update: (updates) => () => applyUpdates(env, state, updates),
    },
  }
}

const runKey = ({ namespace, id, generation }: RunId): string => `${namespace}/${id}#${generation}`

const metadataOf = (container: Container | undefined): Metadata =>
  container?.lookup._tag === 'Known' || container?.lookup._tag === 'Deleted' ? container.lookup.metadata : noMetadata

const isGone = ({ lookup: known, runs }: Container): boolean =>
  known._tag === 'Deleted' && runs.every(({ phase }) => phase._tag === 'Exited')
