/**
 * What the files of the sandbox machine share: what it is told beside events, and what it is given and gives back.
 *
 * @module
 */
import type { PersistSettled, TimerFired } from '../answer.ts'
import type { Effect } from '../effect.ts'
import type { SandboxEvent } from '../event.ts'
import type { Millis, SandboxKey } from '../ids.ts'
import type { Policy } from '../policy.ts'
import type { Sandbox } from '../state.ts'

/** A listing of the sandbox store shows it. It stays listed after its end, until it is removed: no sign of life. */
export interface SandboxSeen {
  readonly _tag: 'SandboxSeen'
  readonly sandbox: SandboxKey
  readonly sandboxer: string
  readonly at: Millis
}

/** A listing of the sandbox store does not show it (any more). */
export interface SandboxMissing {
  readonly _tag: 'SandboxMissing'
  readonly sandbox: SandboxKey
  readonly at: Millis
}

/** A container turns out to be its pause container: its end is that container's, and told from there. */
export interface SandboxOverlapped {
  readonly _tag: 'SandboxOverlapped'
  readonly sandbox: SandboxKey
  readonly at: Millis
}

/** All that a sandbox may be told. */
export type SandboxInput = SandboxEvent | SandboxSeen | SandboxMissing | SandboxOverlapped | PersistSettled | TimerFired

export interface SandboxEnv {
  readonly policy: Policy
  /** The next free sequence number. */
  readonly seq: number
}

/** The sandbox after a step, undefined when there is nothing to remember of it; and what is to be done. */
export type SandboxStepped = readonly [Sandbox | undefined, ReadonlyArray<Effect>]
