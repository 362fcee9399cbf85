/**
 * One container, and one pod, as CRI shows them: out of the machine's state and what their records say. What a container without a
 * pod lacks is made up here, the same way each time.
 *
 * @module
 */
import { shownReason } from '../announcement.ts'
import type { Phase, Run } from '../container/phase.ts'
import type { Exit } from '../exit.ts'
import { type Nanos, nanos } from '../ids.ts'
import type { Announcement } from '../record.ts'
import type { Container, Sandbox } from '../state.ts'
import type { ContainerFacts, CriContainer, CriEnd, CriPod, CriPodState, PodFacts } from './types.ts'

export const podNameLabel = 'io.kubernetes.pod.name'
export const podNamespaceLabel = 'io.kubernetes.pod.namespace'
export const podUidLabel = 'io.kubernetes.pod.uid'

/** Stands for an image where there is none: clients refuse an empty name. */
export const noImage = '<none>'

/** Of a record that nobody could read. `createdAt` must not be 0: clients refuse that. */
export const unknownFacts = (id: string, createdAt: Nanos): ContainerFacts => ({
  name: id,
  attempt: 0,
  labels: new Map(),
  annotations: new Map(),
  image: noImage,
  logPath: '',
  createdAt: createdAt > 0n ? createdAt : nanos(1n),
})

/**
 * The id of the pod that a container is shown in. One without a sandbox has a pod of its own, whose id no container can have:
 * containerd allows no colon in ids, and an event about the pod must not look like one about the container.
 */
export const podIdOf = (id: string, sandboxId: string | undefined, kind: 'container' | 'sandbox'): string =>
  sandboxId ?? (kind === 'sandbox' ? id : `${id}:pod`)

const exitOf = (phase: Phase): Exit | undefined => {
  if (phase._tag === 'Running') return undefined
  if (phase._tag === 'Exited') return phase.exit
  return phase._tag === 'Announced' ? phase.over.exit : phase.handling.exit
}

const endOf = ({ phase, oom }: Run): CriEnd | undefined => {
  const exit = exitOf(phase)
  return exit === undefined ? undefined : { at: exit.at, code: exit.code, reason: shownReason(exit, oom._tag !== 'None') }
}

/** An exit is shown from the moment it is recorded; STOPPED itself waits until the task is dealt with. */
export const renderContainer = (
  { id, runs }: Pick<Container, 'id' | 'runs'>,
  podId: string,
  facts: ContainerFacts,
  startedAt: Nanos | undefined,
): CriContainer => {
  const run = runs.at(-1)
  const end = run === undefined ? undefined : endOf(run)
  return {
    id,
    podId,
    facts,
    state: run === undefined ? 'CREATED' : end === undefined ? 'RUNNING' : 'EXITED',
    startedAt: run === undefined ? undefined : started(facts, startedAt, end?.at),
    end,
  }
}

/**
 * containerd does not say when a task was started. What stands in for it is when we learnt of it, or else when its record was made,
 * and never a time after the end.
 */
const started = ({ createdAt }: ContainerFacts, startedAt: Nanos | undefined, endedAt: Nanos | undefined): Nanos => {
  const at = startedAt ?? createdAt
  return endedAt !== undefined && endedAt < at ? endedAt : at
}

/** The container as its announcement left it, whatever became of it since. */
export const renderStopped = (
  { run, exitedAt, exitCode, reason }: Announcement,
  podId: string,
  facts: ContainerFacts,
  startedAt: Nanos | undefined,
): CriContainer => ({
  id: run.id,
  podId,
  facts,
  state: 'EXITED',
  startedAt: started(facts, startedAt, exitedAt),
  end: { at: exitedAt, code: exitCode, reason },
})

/** What a pod is called when nobody keeps a record of it: as its containers' labels say, else by the container's own names. */
export const podFactsFor = (podId: string, namespace: string, { labels, createdAt, name }: ContainerFacts): PodFacts => ({
  name: labels.get(podNameLabel) ?? (podId.endsWith(':pod') ? name : podId),
  namespace: labels.get(podNamespaceLabel) ?? namespace,
  uid: labels.get(podUidLabel) ?? podId,
  attempt: 0,
  labels: new Map([...labels].filter(([key]) => key.startsWith('io.kubernetes.pod.'))),
  annotations: new Map(),
  runtimeHandler: '',
  createdAt,
})

/** crictl prints a container's pod from its labels: one that has none is given them. */
export const withPodLabels = (facts: ContainerFacts, pod: PodFacts): ContainerFacts =>
  facts.labels.has(podNameLabel) ? facts : {
    ...facts,
    labels: new Map([...facts.labels, [podNameLabel, pod.name], [podNamespaceLabel, pod.namespace], [podUidLabel, pod.uid]]),
  }

/** A pod is as its sandbox is; without one, or when nobody can say, as long as something in it may run. */
export const podState = (
  sandbox: Sandbox | undefined,
  pause: CriContainer | undefined,
  members: ReadonlyArray<CriContainer>,
): CriPodState => {
  if (sandbox !== undefined) return sandbox.phase._tag === 'Ready' ? 'READY' : 'NOTREADY'
  const bearers = pause === undefined ? members : [pause]
  return bearers.some(({ state }) => state !== 'EXITED') ? 'READY' : 'NOTREADY'
}

export const renderPod = (id: string, facts: PodFacts, state: CriPodState): CriPod => ({ id, facts, state })
