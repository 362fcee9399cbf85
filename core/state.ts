/**
 * All that the machine knows, as one immutable value.
 *
 * @module
 */
import type { Dropping } from './container/dropping.ts'
import type { ClosedRun } from './container/over.ts'
import type { Run } from './container/phase.ts'
import type { Exit } from './exit.ts'
import type { CallId, ContainerKey, ImageKey, Millis, SandboxKey } from './ids.ts'
import type { Metadata } from './metadata.ts'
import { emptyQueue, type Queue } from './queue.ts'
import { noSlots, type Slots } from './slots.ts'
import type { Table } from './table.ts'
import { empty } from './table.ts'

export interface State {
  /** Boot of the host that pids refer to: after another boot, an old pid names a new run. */
  readonly bootId: string
  /** Sequence number of the next announcement; the first is 1. */
  readonly nextSeq: number
  /**
   * Highest generation of anything that was forgotten. An id that is heard of again goes on behind it, so that no run is ever given the
   * identity of an earlier one: pids repeat, at the latest after a reboot.
   */
  readonly lastForgotten: number
  readonly containers: Table<ContainerKey, Container>
  readonly sandboxes: Table<SandboxKey, Sandbox>
  readonly images: Table<ImageKey, Image>
  readonly slots: Slots
  /** Containers whose record was deleted, oldest first: forgotten when their time comes. */
  readonly graves: Queue<Grave>
}

export interface Container {
  readonly key: ContainerKey
  readonly namespace: string
  readonly id: string
  /** Calls made so far; the next is one more. */
  readonly lastCall: number
  readonly lastGeneration: number
  readonly lookup: Lookup
  /** Oldest first. Those that are over are kept only while they are last. */
  readonly runs: ReadonlyArray<Run>
  /** The last few runs that are over, newest last: what a repeated or late report is known by. */
  readonly closed: ReadonlyArray<ClosedRun>
  /** A look at the task that belongs to no handling: asked when something does not add up. */
  readonly probe: CallId | undefined
  /** When its record was last seen to be made or changed. */
  readonly recordChangedAt?: Millis
  readonly dropping?: Dropping | undefined
}

/** What is known of the container's record. */
export type Lookup =
  | (Asking & { readonly _tag: 'Asked' })
  | (Asking & { readonly _tag: 'AskLater' })
  /** `refresh`: the call by which it is being read again, because it changed or was missing from a listing. */
  | { readonly _tag: 'Known'; readonly metadata: Metadata; readonly refresh: CallId | undefined }
  | { readonly _tag: 'NotOurs'; readonly refresh: CallId | undefined; readonly gone?: true } // deleted as such, and kept for a while
  /** The record is deleted; what it said is kept for the run that is still open. */
  | { readonly _tag: 'Deleted'; readonly metadata: Metadata }

export interface Asking {
  readonly call: CallId
  readonly failures: number
  /** The container was seen in being, so that its exit counts even if its record has gone by the time it is read. */
  readonly live: boolean
  /** What an earlier record under this id said, that was ours: the runs that are still open are its. */
  readonly before: Metadata | undefined
}

export interface Grave {
  readonly key: ContainerKey
  readonly until: Millis
  /** The container's last call when it was put here. If it has made another since, it was heard of again, and another grave counts. */
  readonly lastCall: number
}

/** A sandbox of containerd's sandbox store. A pause container is not one of these: it is a container. */
export interface Sandbox {
  readonly key: SandboxKey
  readonly namespace: string
  readonly id: string
  /** Name of its controller; empty while only an event has told of the sandbox, for events do not say. */
  readonly sandboxer: string
  /** 1 for the first life that was seen under this id, one more for each later one. */
  readonly generation: number
  readonly lastCall: number
  readonly phase: SandboxPhase
}

export type SandboxPhase =
  | {
    readonly _tag: 'Ready'
    /** The open Wait, or undefined while there is none. */
    readonly watch: CallId | undefined
    /** The timer after which the Wait is opened again. */
    readonly rewatch: CallId | undefined
    readonly watchFailures: number
    /** Since when listings do not show it. They may be older than the start, and several under way: one that is missed for long is gone. */
    readonly missing: Millis | undefined
    /** Its controller has no Wait: events and listings alone tell of its end. */
    readonly unwatchable: boolean
    /** How the life before this one ended: what a late repeat of that is known by. */
    readonly before: SandboxEnd | undefined
  }
  /** The exit, its status and its announcement are being written. `later`: a further exit that is to overwrite this one. */
  | (SandboxEnding & { readonly _tag: 'Recording'; readonly call: CallId; readonly seq: number; readonly later: Exit | undefined })
  | (SandboxEnding & { readonly _tag: 'BackingOff'; readonly call: CallId })
  | (SandboxEnd & { readonly _tag: 'NotReady' })

export interface SandboxEnd {
  readonly exit: Exit
  readonly seq: number
}

export interface SandboxEnding {
  readonly exit: Exit
  readonly seenAt: Millis
  readonly failures: number
  /** STOPPED is out, with an earlier exit: what is being written is a change of it. */
  readonly announced: boolean
}

export interface Image {
  readonly key: ImageKey
  readonly lastCall: number
  /** undefined: not known yet, or not there. */
  readonly digest: string | undefined
  readonly work:
    | { readonly _tag: 'Idle' }
    /** `again`: another change came while the image was being read. */
    | { readonly _tag: 'Reading'; readonly call: CallId; readonly failures: number; readonly again: boolean }
    | { readonly _tag: 'BackingOff'; readonly call: CallId; readonly failures: number; readonly lastError: string }
}

/** Knows nothing yet. */
export const initial = (bootId: string): State => ({
  bootId,
  nextSeq: 1,
  lastForgotten: 0,
  containers: empty(),
  sandboxes: empty(),
  images: empty(),
  slots: noSlots,
  graves: emptyQueue(),
})
