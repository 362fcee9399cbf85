/**
 * The sandbox is believed to be there: a Wait is kept open for it, and whatever tells of its end begins the write. A Wait that fails
 * is not an end.
 *
 * @module
 */
import type { SandboxWatchSettled } from '../answer.ts'
import { backoffMs } from '../backoff.ts'
import type { Effect } from '../effect.ts'
import { latest } from '../exit.ts'
import type { CallId, Millis, Nanos } from '../ids.ts'
import { callId, plus, sandboxOwner } from '../ids.ts'
import type { Sandbox, SandboxEnd, SandboxPhase } from '../state.ts'
import type { SandboxEnv, SandboxInput, SandboxStepped } from './types.ts'
import { exitReport, writeEnd } from './write.ts'

type Ready = Extract<SandboxPhase, { readonly _tag: 'Ready' }>

export const stepReady = (env: SandboxEnv, event: SandboxInput, sandbox: Sandbox, self: Ready): SandboxStepped => {
  switch (event._tag) {
    case 'SandboxExited':
      return end(env, sandbox, self, event)
    case 'SandboxMissing': // no listing takes longer than a whole attempt at a handling may
      return self.missing !== undefined && event.at >= plus(self.missing, env.policy.handlingTimeoutMs)
        ? end(env, sandbox, self, { code: undefined, exitedAt: undefined, at: event.at })
        : question({ ...sandbox, phase: { ...self, missing: self.missing ?? event.at } })
    case 'SandboxOverlapped': // the Wait that is open ends unheard; that it has been announced is not forgotten
      return [self.before === undefined ? undefined : again(sandbox, self.before), cancelTimer(sandbox, self.rewatch)]
    case 'SandboxSeen':
      return seen(sandbox, self, event.sandboxer)
    case 'SandboxStarted':
      return seen(sandbox, self, sandbox.sandboxer)
    case 'TimerFired':
      return self.rewatch !== undefined && event.call === self.rewatch ? watchSandbox({ ...sandbox, phase: self }) : [sandbox, []]
    case 'SandboxWatchSettled':
      return self.watch !== undefined && event.call === self.watch ? watchEnded(env, sandbox, self, event) : [sandbox, []]
    case 'PersistSettled': // of an earlier life
      return [sandbox, []]
  }
}

/** Opens the Wait. */
export const watchSandbox = (sandbox: Sandbox & { readonly phase: Ready }): SandboxStepped => {
  const watch = callId(sandbox.lastCall + 1)
  return [
    { ...sandbox, lastCall: watch, phase: { ...sandbox.phase, watch, rewatch: undefined } },
    [{ _tag: 'WatchSandbox', sandbox: sandbox.key, call: watch, sandboxer: sandbox.sandboxer }],
  ]
}

/** A listing missed it. If it is gone, a Wait says so at once. */
const question = (sandbox: Sandbox & { readonly phase: Ready }): SandboxStepped => {
  const { watch, rewatch, unwatchable } = sandbox.phase
  return watch !== undefined || rewatch !== undefined || unwatchable ? [sandbox, []] : watchSandbox(sandbox)
}

/** It is there, and a Wait that is not open should be, unless its controller has none. */
const seen = (sandbox: Sandbox, self: Ready, sandboxer: string): SandboxStepped => {
  const unwatchable = self.unwatchable && sandboxer === sandbox.sandboxer
  const isOpen = self.watch !== undefined
  const phase: Ready = { ...self, missing: undefined, unwatchable, watchFailures: isOpen ? 0 : self.watchFailures }
  return isOpen || unwatchable || self.rewatch !== undefined
    ? [{ ...sandbox, sandboxer, phase }, []]
    : watchSandbox({ ...sandbox, sandboxer, phase })
}

const watchEnded = (env: SandboxEnv, sandbox: Sandbox, self: Ready, { outcome, at }: SandboxWatchSettled): SandboxStepped => {
  switch (outcome._tag) {
    case 'Exited':
      return end(env, sandbox, self, { code: outcome.code, exitedAt: outcome.exitedAt, at })
    case 'NotFound': // from a daemon that answers: it is gone, and nobody says how
      return end(env, sandbox, self, { code: undefined, exitedAt: undefined, at })
    case 'Failed': {
      const closed: Ready = { ...self, watch: undefined }
      if (outcome.reason === 'Unimplemented') return [{ ...sandbox, phase: { ...closed, unwatchable: true } }, []]
      // The relist that follows every reconnection opens the Wait again.
      if (outcome.reason === 'Disconnected') return [{ ...sandbox, phase: closed }, []]
      const rewatch = callId(sandbox.lastCall + 1)
      const watchFailures = self.watchFailures + 1
      return [
        { ...sandbox, lastCall: rewatch, phase: { ...closed, rewatch, watchFailures } },
        [{
          _tag: 'SetTimer',
          owner: sandboxOwner(sandbox.key),
          call: rewatch,
          delayMs: backoffMs(env.policy, watchFailures),
          jitter: true,
        }],
      ]
    }
  }
}

interface Report {
  readonly code: number | undefined
  readonly exitedAt: Nanos | undefined
  readonly at: Millis
}

const end = (env: SandboxEnv, sandbox: Sandbox, self: Ready, { code, exitedAt, at }: Report): SandboxStepped => {
  const { before, rewatch } = self
  const cancel = cancelTimer(sandbox, rewatch)
  // An exit that cannot be told from the last one is a late word of it, and the start that came between was late too. That one may
  // have the time at which we learnt of it: whatever took place before is no end of a later life.
  if (before !== undefined && (exitedAt === undefined || exitedAt <= latest(before.exit))) {
    return [again(sandbox, before), cancel]
  }
  const exit = exitReport(code, exitedAt, at)
  const [next, effects] = writeEnd(env, sandbox, { exit, seenAt: at, failures: 0, announced: false }, at)
  return [next, [...cancel, ...effects]]
}

/** It was no other life: the last end stands. */
const again = (sandbox: Sandbox, { exit, seq }: SandboxEnd): Sandbox => (
  { ...sandbox, generation: sandbox.generation - 1, phase: { _tag: 'NotReady', exit, seq } }
)

const cancelTimer = ({ key }: Sandbox, call: CallId | undefined): ReadonlyArray<Effect> =>
  call === undefined ? [] : [{ _tag: 'CancelTimer', owner: sandboxOwner(key), call }]
