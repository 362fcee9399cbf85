/**
 * The metadata that containerd's CRI plugin stores as JSON in the extensions of its containers and sandboxes, version "v1". Reads
 * what the reaper uses and passes over the rest; never writes it, for it belongs to the CRI plugin.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'
import { explain, type Rejected, rejected } from './explain.ts'
import { numberBetween } from './number.ts'
import { show } from './show.ts'

// Key of the extension, and the type url of the Any that stands there.
export const containerMetadataKey = 'io.cri-containerd.container.metadata'
export const containerMetadataUrl = 'github.com/containerd/cri/pkg/store/container/Metadata'
export const sandboxMetadataKey = 'io.cri-containerd.sandbox.metadata'
export const sandboxMetadataUrl = 'github.com/containerd/cri/pkg/store/sandbox/Metadata'

/** A container as Kubernetes named it. */
export interface ContainerMetadata {
  readonly id: string
  readonly name: string // <container>_<pod>_<namespace>_<uid>_<attempt>
  readonly sandboxId: string
  readonly logPath: string
  readonly stopSignal: string
  readonly imageRef: string
  /** The container's name within its pod, and how often it was started there before. */
  readonly configName: string
  readonly attempt: number
  readonly labels: ReadonlyMap<string, string>
  readonly annotations: ReadonlyMap<string, string>
}

/** A sandbox (pod). */
export interface SandboxMetadata {
  readonly id: string
  readonly name: string
  readonly runtimeHandler: string
  readonly podName: string
  readonly podNamespace: string
  readonly podUid: string
  readonly attempt: number
  readonly labels: ReadonlyMap<string, string>
  readonly annotations: ReadonlyMap<string, string>
}

/** Go leaves empty fields of `Config` out, and writes null for a map or pointer that was never set. */
const orAbsent = <A>(codec: t.Type<A, unknown, unknown>): t.Type<A | null | undefined, unknown, unknown> =>
  t.union([codec, t.null, t.undefined], codec.name)

const Text = orAbsent(t.string)
const Count = orAbsent(numberBetween('a whole number', 0, 4_294_967_295, Number.isInteger))
const Words = orAbsent(t.record(t.string, t.string, 'an object of strings'))

const ContainerConfig = orAbsent(t.type({
  metadata: orAbsent(t.type({ name: Text, attempt: Count }, 'an object')),
  labels: Words,
  annotations: Words,
}, 'an object'))

const SandboxConfig = orAbsent(t.type({
  metadata: orAbsent(t.type({ name: Text, uid: Text, namespace: Text, attempt: Count }, 'an object')),
  labels: Words,
  annotations: Words,
}, 'an object'))

const Container = t.type({
  ID: t.string,
  Name: t.string,
  SandboxID: t.string,
  LogPath: Text,
  StopSignal: Text,
  ImageRef: Text,
  Config: ContainerConfig,
}, 'an object')

const Sandbox = t.type({ ID: t.string, Name: t.string, RuntimeHandler: Text, Config: SandboxConfig }, 'an object')

const Versioned = t.type({ Version: t.string, Metadata: t.unknown }, 'an object')

// Keys come from outside: `__proto__` is one like any other.
const mapOf = (words: Readonly<Record<string, string>> | null | undefined): ReadonlyMap<string, string> =>
  new Map(Object.entries(words ?? {}))

const decodeVersioned = <A>(what: string, codec: t.Type<A, unknown, unknown>) => (json: string): E.Either<Rejected, A> =>
  pipe(
    E.tryCatch((): unknown => JSON.parse(json), () => rejected([`Cannot read ${what}: wanted JSON, found ${show(json)}`])),
    E.flatMap((parsed) => pipe(Versioned.decode(parsed), E.mapLeft((errors) => rejected(explain(what, errors))))),
    E.filterOrElse(({ Version }) => Version === 'v1', ({ Version }) =>
      rejected([`Cannot read ${what}.Version: wanted "v1", found ${show(Version)}; this containerd is newer than the reaper knows`])),
    E.flatMap(({ Metadata }) =>
      pipe(
        codec.decode(Metadata),
        E.mapLeft((errors) =>
          rejected(explain(`${what}.Metadata`, errors))
        ),
      )
    ),
  )

/**
 * The CRI metadata of a container, from the JSON in its extension `io.cri-containerd.container.metadata`. A version other than "v1"
 * is refused, as containerd itself does.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { decodeContainerMetadata } from 'containerd-reaper/core'
 *
 * const json = '{"Version":"v1","Metadata":{"ID":"c1","Name":"web_pod_ns_uid_2","SandboxID":"s1","Config":{"metadata":{"name":"web","attempt":2}}}}'
 * const metadata = decodeContainerMetadata(json)
 * assert.deepEqual(metadata._tag === 'Right' && [metadata.right.sandboxId, metadata.right.configName, metadata.right.attempt], ['s1', 'web', 2])
 * ```
 */
export const decodeContainerMetadata = (json: string): E.Either<Rejected, ContainerMetadata> =>
  pipe(
    json,
    decodeVersioned('container metadata', Container),
    E.map(({ ID, Name, SandboxID, LogPath, StopSignal, ImageRef, Config }) => ({
      id: ID,
      name: Name,
      sandboxId: SandboxID,
      logPath: LogPath ?? '',
      stopSignal: StopSignal ?? '',
      imageRef: ImageRef ?? '',
      configName: Config?.metadata?.name ?? '',
      attempt: Config?.metadata?.attempt ?? 0,
      labels: mapOf(Config?.labels),
      annotations: mapOf(Config?.annotations),
    })),
  )

/** The CRI metadata of a sandbox, from its pause container's extension or the sandbox store; refuses as above. */
export const decodeSandboxMetadata = (json: string): E.Either<Rejected, SandboxMetadata> =>
  pipe(
    json,
    decodeVersioned('sandbox metadata', Sandbox),
    E.map(({ ID, Name, RuntimeHandler, Config }) => ({
      id: ID,
      name: Name,
      runtimeHandler: RuntimeHandler ?? '',
      podName: Config?.metadata?.name ?? '',
      podNamespace: Config?.metadata?.namespace ?? '',
      podUid: Config?.metadata?.uid ?? '',
      attempt: Config?.metadata?.attempt ?? 0,
      labels: mapOf(Config?.labels),
      annotations: mapOf(Config?.annotations),
    })),
  )
