/**
 * The records that a daemon keeps on disk: namespaces, containers, images, sandboxes. They survive its restart.
 * Plain tables; the services say what may be done with them.
 *
 * @module
 */
import { type Container } from '../proto/gen/containerd/containers.ts'
import { type Image } from '../proto/gen/containerd/images.ts'
import { type Sandbox } from '../proto/gen/containerd/types.ts'
import { type Latch } from './latch.ts'
import { type Exit } from './process.ts'

/** A sandbox of the sandbox store, and what its controller knows. */
export interface SandboxState {
  readonly record: Sandbox
  readonly pid: number
  readonly exited: Latch<Exit>
  exit: Exit | undefined
}

/** A table over namespaces. The same id may stand in several. */
export interface Table<A> {
  readonly get: (namespace: string, id: string) => A | undefined
  readonly has: (namespace: string, id: string) => boolean
  readonly set: (namespace: string, id: string, value: A) => void
  readonly delete: (namespace: string, id: string) => boolean
  /** The values of one namespace, in the order of their ids. */
  readonly of: (namespace: string) => ReadonlyArray<A>
  readonly all: () => ReadonlyArray<A>
}

export interface Records {
  readonly namespaces: Map<string, Map<string, string>>
  readonly containers: Table<Container>
  readonly images: Table<Image>
  readonly sandboxes: Table<SandboxState>
}

/** An empty table. Neither namespaces nor container ids hold a slash or a blank; image names hold slashes, but come last. */
export const makeTable = <A>(): Table<A> => {
  const rows = new Map<string, A>()
  const key = (namespace: string, id: string): string => `${namespace} ${id}`
  return {
    get: (namespace, id) => rows.get(key(namespace, id)),
    has: (namespace, id) => rows.has(key(namespace, id)),
    set: (namespace, id, value) => void rows.set(key(namespace, id), value),
    delete: (namespace, id) => rows.delete(key(namespace, id)),
    of: (namespace) =>
      [...rows].filter(([name]) => name.startsWith(`${namespace} `)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value),
    all: () => [...rows.values()],
  }
}

export const makeRecords = (): Records => ({
  namespaces: new Map(),
  containers: makeTable(),
  images: makeTable(),
  sandboxes: makeTable(),
})

/** A namespace comes into being with the first thing that is written into it. */
export const ensureNamespace = ({ namespaces }: Records, name: string): void => {
  if (!namespaces.has(name)) namespaces.set(name, new Map())
}
