/**
 * Which calls and which timers a container waits for, read off its state.
 *
 * @module
 */
import type { Phase } from '../container/phase.ts'
import type { CallId } from '../ids.ts'
import type { Container } from '../state.ts'

export interface Awaited {
  readonly calls: ReadonlyArray<CallId>
  readonly timers: ReadonlyArray<CallId>
}

export const awaitedBy = ({ dropping, probe, lookup, runs }: Container): Awaited =>
  together([
    called(probe),
    called(dropping?.call),
    byLookup(lookup),
    ...runs.flatMap(({ oom, phase }) => [
      oom._tag === 'Writing' ? (oom.waiting ? timed(oom.call) : called(oom.call)) : nothing,
      byPhase(phase),
      'handling' in phase ? timed(phase.handling.deadline) : nothing,
    ]),
  ])

const nothing: Awaited = { calls: [], timers: [] }
const called = (call: CallId | undefined): Awaited => call === undefined ? nothing : { calls: [call], timers: [] }
const timed = (call: CallId | undefined): Awaited => call === undefined ? nothing : { calls: [], timers: [call] }
const together = (parts: ReadonlyArray<Awaited>): Awaited => ({
  calls: parts.flatMap(({ calls }) => calls),
  timers: parts.flatMap(({ timers }) => timers),
})

const byLookup = (lookup: Container['lookup']): Awaited => {
  switch (lookup._tag) {
    case 'Asked':
      return called(lookup.call)
    case 'AskLater':
      return timed(lookup.call)
    case 'Known':
    case 'NotOurs':
      return called(lookup.refresh)
    case 'Deleted':
      return nothing
  }
}

const byPhase = (phase: Phase): Awaited => {
  switch (phase._tag) {
    case 'Running':
      return together([called(phase.watch), timed(phase.rewatch)])
    case 'Recorded':
      return phase.waitsFor === 'disk' ? called(phase.call) : phase.waitsFor === 'grace' ? timed(phase.call) : nothing
    case 'BackingOff':
      return together([timed(phase.call), called(phase.outstanding?.call)])
    case 'Announced':
      return phase.doing === 'Waiting' ? timed(phase.call) : together([called(phase.call), timed(phase.patience)])
    case 'Examining':
    case 'Loading':
    case 'Notifying':
    case 'Killing':
    case 'Draining':
    case 'Deleting':
    case 'Cleaning':
    case 'Recording':
      return called(phase.call)
    case 'Exited':
      return nothing
  }
}
