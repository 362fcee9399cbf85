/**
 * CRI's plain data as protobuf messages. Fields that nobody here knows (mounts, resources, users, addresses) are left unset.
 *
 * @module
 */
import type { ContainerFacts, CriContainer, CriContainerState, CriEventType, CriPod, CriPodState, PodFacts } from '../../core/index.ts'
import {
  type Container,
  ContainerEventType,
  ContainerState,
  type ContainerStatus,
  type ImageSpec,
  type PodSandbox,
  type PodSandboxMetadata,
  PodSandboxState,
  type PodSandboxStatus,
} from '../proto/gen/cri/runtime.ts'

export const containerStates: Readonly<Record<CriContainerState, ContainerState>> = {
  CREATED: ContainerState.CONTAINER_CREATED,
  RUNNING: ContainerState.CONTAINER_RUNNING,
  EXITED: ContainerState.CONTAINER_EXITED,
}
export const podStates: Readonly<Record<CriPodState, PodSandboxState>> = {
  READY: PodSandboxState.SANDBOX_READY,
  NOTREADY: PodSandboxState.SANDBOX_NOTREADY,
}
export const eventTypes: Readonly<Record<CriEventType, ContainerEventType>> = {
  CREATED: ContainerEventType.CONTAINER_CREATED_EVENT,
  STARTED: ContainerEventType.CONTAINER_STARTED_EVENT,
  STOPPED: ContainerEventType.CONTAINER_STOPPED_EVENT,
  DELETED: ContainerEventType.CONTAINER_DELETED_EVENT,
}

const spec = (image: string): ImageSpec => ({
  image,
  annotations: new Map(),
  userSpecifiedImage: '',
  runtimeHandler: '',
  imageRef: '',
})

const podMetadata = ({ name, uid, namespace, attempt }: PodFacts): PodSandboxMetadata => ({ name, uid, namespace, attempt })

const words = (labels: ReadonlyMap<string, string>): Map<string, string> => new Map(labels)

/** What a status and an entry of a list have in common. */
const common = ({ name, attempt, image, labels, annotations, createdAt }: ContainerFacts) => ({
  metadata: { name, attempt },
  image: spec(image),
  imageRef: image,
  imageId: '',
  createdAt,
  labels: words(labels),
  annotations: words(annotations),
})

export const toContainer = ({ id, podId, facts, state }: CriContainer): Container => ({
  id,
  podSandboxId: podId,
  state: containerStates[state],
  ...common(facts),
})

export const toContainerStatus = ({ id, facts, state, startedAt, end }: CriContainer): ContainerStatus => ({
  id,
  state: containerStates[state],
  ...common(facts),
  startedAt: startedAt ?? 0n,
  finishedAt: end?.at ?? 0n,
  exitCode: (end?.code ?? 0) | 0, // int32 on the wire; Linux has 0 to 255
  reason: end?.reason ?? '',
  message: '',
  mounts: [],
  logPath: facts.logPath,
  resources: undefined,
  user: undefined,
  stopSignal: 0,
})

const podCommon = ({ id, facts, state }: CriPod) => ({
  id,
  metadata: podMetadata(facts),
  state: podStates[state],
  createdAt: facts.createdAt,
  labels: words(facts.labels),
  annotations: words(facts.annotations),
  runtimeHandler: facts.runtimeHandler,
})

export const toPodSandbox = (pod: CriPod): PodSandbox => podCommon(pod)

export const toPodSandboxStatus = (pod: CriPod): PodSandboxStatus => ({ ...podCommon(pod), network: undefined, linux: undefined })
