/**
 * The names of things: what a container, a run, an image and a call are known by, and the two units of time.
 * All branding casts of the project live here; nothing here knows what the names are used for.
 *
 * @module
 */

declare const brand: unique symbol
type Brand<A, Name extends string> = A & { readonly [brand]: Name }

/** A container record: namespace and id, as `namespace/id`. containerd allows a `/` in neither, so the pair can be read back. */
export type ContainerKey = Brand<string, 'ContainerKey'>

/** A sandbox of containerd's sandbox store, as `namespace/id`. */
export type SandboxKey = Brand<string, 'SandboxKey'>

/** An image name within a namespace, as `namespace/name`. A name may hold a `/`, the namespace cannot. */
export type ImageKey = Brand<string, 'ImageKey'>

/** Wall-clock time in milliseconds since the epoch: when something was seen. Never compared across hosts. */
export type Millis = Brand<number, 'Millis'>

/** Wall-clock time in nanoseconds since the epoch: what containerd reports, kept exactly. */
export type Nanos = Brand<bigint, 'Nanos'>

/**
 * Names one call or timer of one owner. Counted per owner, so `(owner, call)` is unique for the life of a process; an answer
 * carries it back, and an answer whose call nobody waits for any more changes nothing.
 */
export type CallId = Brand<number, 'CallId'>

/** One life of a container's task. Pids repeat and ids are used again, so only all four together name it for all time. */
export interface RunId {
  readonly namespace: string
  readonly id: string
  /** Pid of the task's init process as containerd reports it; 0 only while nobody has said. */
  readonly pid: number
  /** 1 for the first run that was seen under this id, more for each later one. */
  readonly generation: number
}

/** Whose call, timer or write it is. */
export type Owner = ContainerOwner | SandboxOwner | ImageOwner
export interface ContainerOwner {
  readonly _tag: 'Container'
  readonly key: ContainerKey
}
export interface SandboxOwner {
  readonly _tag: 'Sandbox'
  readonly key: SandboxKey
}
export interface ImageOwner {
  readonly _tag: 'Image'
  readonly key: ImageKey
}

export const containerKey = (namespace: string, id: string): ContainerKey => `${namespace}/${id}` as ContainerKey
export const sandboxKey = (namespace: string, id: string): SandboxKey => `${namespace}/${id}` as SandboxKey
/** The sandbox that has the name of this container. Both keys are the same text, so that none is built at every event. */
export const namesake = (key: ContainerKey): SandboxKey => key as string as SandboxKey
export const imageKey = (namespace: string, name: string): ImageKey => `${namespace}/${name}` as ImageKey
export const millis = (value: number): Millis => value as Millis
export const nanos = (value: bigint): Nanos => value as Nanos
export const callId = (value: number): CallId => value as CallId

export const containerOwner = (key: ContainerKey): ContainerOwner => ({ _tag: 'Container', key })
export const sandboxOwner = (key: SandboxKey): SandboxOwner => ({ _tag: 'Sandbox', key })
export const imageOwner = (key: ImageKey): ImageOwner => ({ _tag: 'Image', key })

/** `at` moved on by `ms` milliseconds. */
export const plus = (at: Millis, ms: number): Millis => (at + ms) as Millis

/** The nanosecond at which millisecond `at` begins. */
export const toNanos = (at: Millis): Nanos => (BigInt(Math.trunc(at)) * 1_000_000n) as Nanos

/** Namespace and name of a key. The first `/` divides them. */
export const parts = (key: ContainerKey | SandboxKey | ImageKey): readonly [namespace: string, name: string] => {
  const slash = key.indexOf('/')
  return [key.slice(0, slash), key.slice(slash + 1)]
}
