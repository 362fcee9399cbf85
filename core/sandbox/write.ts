/**
 * How the end of a sandbox is written down: status and announcement in one write, which carries STOPPED. Tried until it succeeds.
 *
 * @module
 */
import { announcement } from '../announcement.ts'
import { backoffMs } from '../backoff.ts'
import type { Exit } from '../exit.ts'
import { unknownExitCode } from '../exit.ts'
import type { Millis, Nanos } from '../ids.ts'
import { callId, sandboxOwner, toNanos } from '../ids.ts'
import type { Sandbox, SandboxEnding } from '../state.ts'
import type { SandboxEnv, SandboxStepped } from './types.ts'

/** An exit as it was reported: without a code it is inferred to be 255, without a time it took place when we heard of it. */
export const exitReport = (code: number | undefined, exitedAt: Nanos | undefined, at: Millis): Exit => ({
  code: code ?? unknownExitCode,
  at: exitedAt ?? toNanos(at),
  rank: code === undefined ? 'inferred' : 'observed',
})

/** Whether a report says no more than what is known. */
export const isRepeat = (report: { readonly code: number; readonly exitedAt: Nanos | undefined }, known: Exit): boolean =>
  report.code === known.code && (report.exitedAt === undefined || report.exitedAt === known.at)

/** A sandbox has no pid of its own, so its run is told by the generation alone. */
export const writeEnd = (
  env: SandboxEnv,
  sandbox: Sandbox,
  { exit, seenAt, failures, announced }: SandboxEnding,
  at: Millis,
): SandboxStepped => {
  const { key, namespace, id, generation } = sandbox
  const call = callId(sandbox.lastCall + 1)
  const said = announcement({
    seq: env.seq,
    type: announced ? 'CONTAINER_UPDATED' : 'CONTAINER_STOPPED',
    run: { namespace, id, pid: 0, generation },
    sandboxId: id,
    exit,
    oomKilled: false,
    attempts: failures + 1,
    seenAt,
    at,
  })
  return [
    { ...sandbox, lastCall: call, phase: { _tag: 'Recording', call, exit, seenAt, failures, seq: env.seq, announced, later: undefined } },
    [{
      _tag: 'Persist',
      owner: sandboxOwner(key),
      call,
      records: [{ _tag: 'SandboxRecord', namespace, id, exit, at }, said],
      release: announced
        ? [{ _tag: 'EmitContainerEvent', announcement: said }]
        : [{ _tag: 'SignalStopped', announcement: said }, { _tag: 'EmitContainerEvent', announcement: said }],
    }],
  ]
}

/** The write failed: nobody has heard anything, and it is tried again. */
export const putOff = (env: SandboxEnv, sandbox: Sandbox, { exit, seenAt, failures, announced }: SandboxEnding): SandboxStepped => {
  const call = callId(sandbox.lastCall + 1)
  return [
    { ...sandbox, lastCall: call, phase: { _tag: 'BackingOff', call, exit, seenAt, failures, announced } },
    [{ _tag: 'SetTimer', owner: sandboxOwner(sandbox.key), call, delayMs: backoffMs(env.policy, failures), jitter: true }],
  ]
}
