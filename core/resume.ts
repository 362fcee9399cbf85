/**
 * What a restarted shell owes, read off the state alone. There is no second recovery path: whatever was being done is asked about
 * or waited for again under the call it had, and the answer goes through `step` like any other.
 *
 * @module
 */
import { queueUp, record } from './container/advance.ts'
import type { Context } from './container/context.ts'
import { write } from './container/oom.ts'
import type { Run } from './container/phase.ts'
import { inAttempt } from './container/phase.ts'
import { attemptMs } from './container/slow.ts'
import type { Effect } from './effect.ts'
import type { CallId, Millis, Owner } from './ids.ts'
import { containerOwner, imageOwner, sandboxOwner } from './ids.ts'
import type { Policy } from './policy.ts'
import type { Container, Image, Sandbox, State } from './state.ts'
import { entries } from './table.ts'

/**
 * The effects owed by `state` at time `at`. None of them destroys anything: a Kill, Delete or CleanUp that was in flight when the
 * process died is joined by asking for the task (rule 5). Running tasks without an open Wait, and sandboxes, are taken up by the
 * listing that every start begins with.
 *
 * @example Nothing is owed when nothing is known
 * ```ts
 * import assert from 'node:assert/strict'
 * import { defaultPolicy, initial, millis, resume } from 'containerd-reaper/core'
 *
 * assert.deepEqual(resume(defaultPolicy)(initial('boot-1'), millis(0)), [])
 * ```
 */
export const resume = (policy: Policy) => (state: State, at: Millis): ReadonlyArray<Effect> => [
  ...entries(state.containers).flatMap(([, container]) => [
    ...ofLookup(container),
    ...container.runs.flatMap((run) => [...ofWrite(policy, container, run, at), ...ofPhase(policy, container, run, at)]),
  ]),
  ...entries(state.sandboxes).flatMap(([, sandbox]) => ofSandbox(sandbox)),
  ...entries(state.images).flatMap(([, image]) => ofImage(image)),
]

const timer = (owner: Owner, call: CallId, delayMs: number): Effect => ({ _tag: 'SetTimer', owner, call, delayMs, jitter: false })

const ofLookup = ({ dropping, key, lookup, probe }: Container): ReadonlyArray<Effect> => {
  const looking: ReadonlyArray<Effect> = [
    ...(probe === undefined ? [] : [{ _tag: 'LoadTask', container: key, call: probe } as const]),
    ...(dropping === undefined ? [] : [timer(containerOwner(key), dropping.call, 0)]),
  ]
  const asking = (call: CallId): Effect => ({ _tag: 'LoadContainer', container: key, call })
  switch (lookup._tag) {
    case 'Asked':
      return [asking(lookup.call), ...looking]
    case 'AskLater':
      return [timer(containerOwner(key), lookup.call, 0), ...looking]
    case 'Known':
    case 'NotOurs':
      return lookup.refresh === undefined ? looking : [asking(lookup.refresh), ...looking]
    case 'Deleted':
      return looking
  }
}

/** A write whose answer is lost is made again: a row that is there twice says the same as once. */
const ofWrite = (policy: Policy, container: Container, run: Run, at: Millis): ReadonlyArray<Effect> => {
  const { oom } = run
  if (oom._tag !== 'Writing') return []
  const ctx: Context = { policy, at, container, call: oom.call, seq: 1, sandboxSaid: 'nothing' }
  // With a number of its own the change of reason would be announced twice: as a timer it takes the next one when it is written.
  return oom.waiting || run.phase._tag === 'Exited' ? [timer(containerOwner(container.key), oom.call, 0)] : write(ctx, run, oom.failures)[1]
}

const ofPhase = (policy: Policy, container: Container, run: Run, at: Millis): ReadonlyArray<Effect> => {
  const { id, phase } = run
  const { key } = container
  const owner = containerOwner(key)
  const again = (call: CallId, seq: number | undefined): Context => (
    { policy, at, container, call, seq: seq ?? 1, sandboxSaid: seq === undefined ? 'announced' : 'nothing' }
  )
  const inTime: ReadonlyArray<Effect> = inAttempt(phase) && phase.handling.deadline !== undefined
    ? [timer(owner, phase.handling.deadline, attemptMs(policy, phase.handling.slow))]
    : []
  switch (phase._tag) {
    case 'Running':
      return phase.rewatch === undefined ? [] : [timer(owner, phase.rewatch, 0)]
    case 'Examining':
      return [{ _tag: 'ReadOomKills', container: key, call: phase.call }]
    case 'Recorded':
      if (phase.waitsFor === 'disk') return queueUp(again(phase.call, undefined), run, phase.handling)[1]
      return phase.waitsFor === 'grace' ? [timer(owner, phase.call, 0)] : []
    case 'Loading':
    case 'Killing':
    case 'Deleting':
    case 'Cleaning':
      return [...inTime, { _tag: 'LoadTask', container: key, call: phase.call }]
    case 'Notifying':
      return [...inTime, { _tag: 'NotifyNriExit', container: key, call: phase.call, run: id, exitCode: phase.handling.exit.code }]
    case 'Draining':
      return [...inTime, { _tag: 'DrainIo', container: key, call: phase.call, run: id }]
    case 'BackingOff':
      return [
        timer(owner, phase.call, Math.max(0, phase.until - at)),
        ...(phase.outstanding === undefined ? [] : [{ _tag: 'LoadTask', container: key, call: phase.outstanding.call } as const]),
      ]
    case 'Recording':
      return record(again(phase.call, phase.seq), run, phase.handling)[1]
    case 'Announced':
      return phase.doing === 'Waiting' ? [timer(owner, phase.call, 0)] : [{ _tag: 'LoadTask', container: key, call: phase.call }]
    case 'Exited':
      return []
  }
}

const ofSandbox = ({ key, phase }: Sandbox): ReadonlyArray<Effect> =>
  phase._tag === 'BackingOff' ? [timer(sandboxOwner(key), phase.call, 0)] : []

const ofImage = ({ key, work }: Image): ReadonlyArray<Effect> => {
  switch (work._tag) {
    case 'Idle':
      return []
    case 'Reading':
      return [{ _tag: 'RefreshImage', image: key, call: work.call }]
    case 'BackingOff':
      return [timer(imageOwner(key), work.call, 0)]
  }
}
