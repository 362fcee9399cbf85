/**
 * What can be measured against another: a machine that is told events and asks for effects. Types only.
 */
import type { CallId, ContainerKey, Effect, ReaperEvent } from '../../core/index.ts'

/** `S`: its state. `E`: an event as it wants it. `A`: what it asked for. */
export interface Contestant<S, E, A> {
  readonly name: string
  readonly eventOf: (event: ReaperEvent) => E
  /** The state at the beginning of a lap: every container runs. */
  readonly begin: () => S
  /** The open Wait of a container at the beginning of a lap. */
  readonly watchOf: (container: ContainerKey) => CallId
  /** What is measured. */
  readonly step: (event: E, state: S) => readonly [S, A]
  /** What it asked for, for whoever has to answer. Not measured. */
  readonly effectsOf: (asked: A) => ReadonlyArray<Effect>
}
