/**
 * CRI's read-only calls, as functions from a request to its answer: what each one says of the view, in protobuf messages.
 * Knows nothing of gRPC but its status codes.
 *
 * @module
 */
import { status } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import { type CriContainer, isWantedContainer, isWantedPod, type Resolved } from '../../core/index.ts'
import type {
  ContainerFilter,
  ContainerStatusResponse,
  Image,
  ListContainersResponse,
  ListPodSandboxResponse,
  PodSandboxFilter,
  PodSandboxStatusResponse,
  StatusResponse,
  VersionResponse,
} from '../proto/gen/cri/runtime.ts'
import type { View } from './view.ts'
import { containerStates, podStates, toContainer, toContainerStatus, toPodSandbox, toPodSandboxStatus } from './wire.ts'

/** A refusal: a gRPC code and a line. */
export interface Refusal {
  readonly code: status
  readonly message: string
}

export type Answer<A> = E.Either<Refusal, A>

const refuse = (code: status, message: string): E.Either<Refusal, never> => E.left({ code, message })

/** What runs here, as clients ask for it before anything else. They refuse empty fields. */
export const versionAnswer = (version: string): VersionResponse => ({
  version: '0.1.0', // of the kubelet's side of CRI: it has never been another
  runtimeName: 'containerd-reaper',
  runtimeVersion: version,
  runtimeApiVersion: 'v1',
})

const condition = (type: string) => ({ type, status: true, reason: '', message: '' })

/** Clients want these two conditions. Pods have their network from whoever made them; we are no reason to doubt it. */
export const statusAnswer = (verbose: boolean, namespace: string, view: View, listeners: number): StatusResponse => ({
  status: { conditions: [condition('RuntimeReady'), condition('NetworkReady')] },
  info: infoOf(verbose, { namespace, containers: view.containers().length, pods: view.pods().length, listeners }),
  runtimeHandlers: [],
  features: undefined,
})

/** crictl prints the value as JSON below the status. */
const infoOf = (verbose: boolean, info: unknown): Map<string, string> => new Map(verbose ? [['info', JSON.stringify(info)]] : [])

const matching = (given: string, resolve: (given: string) => Resolved): string | undefined => {
  if (given === '') return undefined
  const found = resolve(given)
  return found._tag === 'Found' ? found.id : given // what there is not matches nothing
}

const keyFor = <K extends string>(states: Readonly<Record<K, number>>, state: number): K | undefined => {
  for (const key in states) if (states[key] === state) return key
  return undefined
}

export const containersAnswer = (filter: ContainerFilter | undefined, view: View): ListContainersResponse => {
  const id = matching(filter?.id ?? '', view.resolveContainer)
  const podId = matching(filter?.podSandboxId ?? '', view.resolvePod)
  const state = filter?.state === undefined ? undefined : keyFor(containerStates, filter.state.state) ?? 'UNKNOWN'
  const within = podId === undefined ? view.containers() : view.pod(podId)?.containers ?? []
  const found = within
    .filter((container) => id === undefined || container.id === id)
    .filter(isWantedContainer({ state, labels: filter?.labelSelector ?? new Map() }))
  return { containers: found.map(toContainer) }
}

export const podsAnswer = (filter: PodSandboxFilter | undefined, view: View): ListPodSandboxResponse => {
  const id = matching(filter?.id ?? '', view.resolvePod)
  const state = filter?.state === undefined ? undefined : keyFor(podStates, filter.state.state)
  const found = (id === undefined ? view.pods() : [view.pod(id)?.pod].flatMap((pod) => pod ?? []))
    .filter(isWantedPod({ state, labels: filter?.labelSelector ?? new Map() }))
  return { items: found.map(toPodSandbox) }
}

const resolved = (what: string, given: string, found: Resolved): Answer<string> => {
  switch (found._tag) {
    case 'Found':
      return E.right(found.id)
    case 'Unknown':
      return refuse(status.NOT_FOUND, `Cannot find ${what} ${JSON.stringify(given)}`)
    case 'Ambiguous':
      return refuse(
        status.INVALID_ARGUMENT,
        `Cannot tell which ${what} is meant: several begin with ${JSON.stringify(given)}; give more of the id`,
      )
  }
}

export const containerAnswer = (given: string, verbose: boolean, view: View): Answer<ContainerStatusResponse> => {
  const id = resolved('container', given, view.resolveContainer(given))
  if (E.isLeft(id)) return id
  const container = view.container(id.right)
  if (container === undefined) return refuse(status.NOT_FOUND, `Cannot find container ${JSON.stringify(given)}`)
  return E.right({ status: toContainerStatus(container), info: infoOf(verbose, { sandboxID: container.podId }) })
}

export const podAnswer = (given: string, verbose: boolean, view: View, now: bigint): Answer<PodSandboxStatusResponse> => {
  const id = resolved('pod', given, view.resolvePod(given))
  if (E.isLeft(id)) return id
  const found = view.pod(id.right)
  if (found === undefined) return refuse(status.NOT_FOUND, `Cannot find pod ${JSON.stringify(given)}`)
  return E.right({
    status: toPodSandboxStatus(found.pod),
    info: infoOf(verbose, { containers: found.containers.map(({ id }: CriContainer) => id) }),
    containersStatuses: found.containers.map(toContainerStatus),
    timestamp: now,
  })
}

/** Of images no more is known than what containers came from. Clients refuse a size of 0, so 1 byte stands for an unknown one. */
export const imagesAnswer = (view: View): ReadonlyArray<Image> =>
  [...view.images()].map(([name, digest]) => ({
    id: digest,
    repoTags: [name],
    repoDigests: digest.includes(':') && digest !== name ? [`${name.replace(/[:@][^/]*$/, '')}@${digest}`] : [],
    size: 1n,
    uid: undefined,
    username: '',
    spec: undefined,
    pinned: false,
  }))
