/** Reads the recordings of test/histories/, and knows which message stands behind each method and each type_url in them. */
import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import * as cgroups1 from '../../shell/proto/gen/containerd/cgroups1.ts'
import * as cgroups2 from '../../shell/proto/gen/containerd/cgroups2.ts'
import { ListContainersResponse } from '../../shell/proto/gen/containerd/containers.ts'
import * as events from '../../shell/proto/gen/containerd/event_types.ts'
import { ImageCreate, ImageDelete, ImageUpdate, ListImagesResponse } from '../../shell/proto/gen/containerd/images.ts'
import { Options, ProcessDetails } from '../../shell/proto/gen/containerd/runc.ts'
import { StoreListResponse } from '../../shell/proto/gen/containerd/sandbox.ts'
import { ListTasksResponse, MetricsResponse } from '../../shell/proto/gen/containerd/tasks.ts'
import { Envelope } from '../../shell/proto/gen/containerd/types.ts'
import { VersionResponse } from '../../shell/proto/gen/containerd/version.ts'
import { ContainerEventResponse } from '../../shell/proto/gen/cri/runtime.ts'
import { inProject } from './paths.ts'

/** The recordings there are. */
export const captureNames: ReadonlyArray<string> = ['containerd-1.6.20', 'containerd-2.1.9']

/** One line of a recording: a message, or the status of a refused call. */
export interface Captured {
  readonly ms: number
  readonly method: string
  readonly bytes: Uint8Array | undefined
  readonly code: number | undefined
  readonly details: string | undefined
  readonly namespace: string | undefined
  readonly label: string | undefined
}

interface Line {
  readonly ms: number
  readonly method: string
  readonly b64?: string
  readonly code?: number
  readonly details?: string
  readonly ns?: string
  readonly label?: string
}

/** What really happened to one container of a recording. */
export interface Truth {
  readonly namespace: string
  readonly id: string
  readonly exitCode?: number
  readonly oom?: boolean
  readonly state?: string
  readonly reason?: string
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- only our own files are read as what their README says
const parse = <A>(text: string): A => JSON.parse(text) as A

/** The lines of a recording, in the order in which they were received. */
export const readCapture = (name: string): ReadonlyArray<Captured> =>
  readFileSync(inProject('test', 'histories', `${name}.jsonl`), 'utf8').trim().split('\n').map((text) => {
    const { ms, method, b64, code, details, ns, label } = parse<Line>(text)
    const bytes = b64 === undefined ? undefined : Uint8Array.from(Buffer.from(b64, 'base64'))
    return { ms, method, bytes, code, details, namespace: ns, label }
  })

/** What happened to every container of a recording. */
export const readTruth = (name: string): ReadonlyArray<Truth> =>
  parse<ReadonlyArray<Truth>>(readFileSync(inProject('test', 'histories', `${name}.truth.json`), 'utf8'))

/** A message type with its own type hidden: what it reads, and the bytes it writes back. */
export interface Codec {
  readonly decode: (bytes: Uint8Array) => unknown
  readonly again: (bytes: Uint8Array) => Uint8Array
}

interface Message<A> {
  readonly decode: (input: Uint8Array) => A
  readonly encode: (message: A) => { readonly finish: () => Uint8Array }
}

const codec = <A>(message: Message<A>): Codec => ({
  decode: (bytes) => message.decode(bytes),
  again: (bytes) => message.encode(message.decode(bytes)).finish(),
})

/** The answer (or stream message) of each method in the recordings. */
export const answers: ReadonlyMap<string, Codec> = new Map([
  ['version.v1.Version/Version', codec(VersionResponse)],
  ['events.v1.Events/Subscribe', codec(Envelope)],
  ['containers.v1.Containers/List', codec(ListContainersResponse)],
  ['tasks.v1.Tasks/List', codec(ListTasksResponse)],
  ['tasks.v1.Tasks/Metrics', codec(MetricsResponse)],
  ['images.v1.Images/List', codec(ListImagesResponse)],
  ['sandbox.v1.Store/List', codec(StoreListResponse)],
  ['runtime.v1.RuntimeService/GetContainerEvents', codec(ContainerEventResponse)],
])

/** The messages that travel inside an Any, by type_url. */
export const payloads: ReadonlyMap<string, Codec> = new Map([
  ['containerd.events.TaskCreate', codec(events.TaskCreate)],
  ['containerd.events.TaskStart', codec(events.TaskStart)],
  ['containerd.events.TaskDelete', codec(events.TaskDelete)],
  ['containerd.events.TaskExit', codec(events.TaskExit)],
  ['containerd.events.TaskOOM', codec(events.TaskOOM)],
  ['containerd.events.TaskExecAdded', codec(events.TaskExecAdded)],
  ['containerd.events.TaskExecStarted', codec(events.TaskExecStarted)],
  ['containerd.events.TaskPaused', codec(events.TaskPaused)],
  ['containerd.events.TaskResumed', codec(events.TaskResumed)],
  ['containerd.events.ContainerCreate', codec(events.ContainerCreate)],
  ['containerd.events.ContainerUpdate', codec(events.ContainerUpdate)],
  ['containerd.events.ContainerDelete', codec(events.ContainerDelete)],
  ['containerd.events.NamespaceCreate', codec(events.NamespaceCreate)],
  ['containerd.events.NamespaceUpdate', codec(events.NamespaceUpdate)],
  ['containerd.events.NamespaceDelete', codec(events.NamespaceDelete)],
  ['containerd.events.SnapshotPrepare', codec(events.SnapshotPrepare)],
  ['containerd.events.SnapshotCommit', codec(events.SnapshotCommit)],
  ['containerd.events.SnapshotRemove', codec(events.SnapshotRemove)],
  ['containerd.events.SandboxCreate', codec(events.SandboxCreate)],
  ['containerd.events.SandboxStart', codec(events.SandboxStart)],
  ['containerd.events.SandboxExit', codec(events.SandboxExit)],
  ['containerd.events.ContentCreate', codec(events.ContentCreate)],
  ['containerd.events.ContentDelete', codec(events.ContentDelete)],
  ['containerd.services.images.v1.ImageCreate', codec(ImageCreate)],
  ['containerd.services.images.v1.ImageUpdate', codec(ImageUpdate)],
  ['containerd.services.images.v1.ImageDelete', codec(ImageDelete)],
  ['containerd.runc.v1.Options', codec(Options)],
  ['containerd.runc.v1.ProcessDetails', codec(ProcessDetails)],
  ['io.containerd.cgroups.v1.Metrics', codec(cgroups1.Metrics)],
  ['io.containerd.cgroups.v2.Metrics', codec(cgroups2.Metrics)],
])
