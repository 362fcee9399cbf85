/**
 * Sandboxes of containerd's sandbox store: one Wait each, and one STOPPED when they end. Deleting what a sandbox was made of is its
 * controller's business, so an exit costs one write and no call. Knows nothing of pause containers: those are containers.
 *
 * @module
 */
import type { SandboxExited } from './event.ts'
import type { Exit } from './exit.ts'
import { better } from './exit.ts'
import type { Millis, SandboxKey } from './ids.ts'
import { parts, toNanos } from './ids.ts'
import { stepReady, watchSandbox } from './sandbox/ready.ts'
import type { SandboxEnv, SandboxInput, SandboxMissing, SandboxOverlapped, SandboxSeen, SandboxStepped } from './sandbox/types.ts'
import { exitReport, isRepeat, putOff, writeEnd } from './sandbox/write.ts'
import type { Sandbox, SandboxPhase } from './state.ts'

export type { SandboxEnv, SandboxInput, SandboxMissing, SandboxOverlapped, SandboxSeen, SandboxStepped }

type In<Tag extends SandboxPhase['_tag']> = Extract<SandboxPhase, { readonly _tag: Tag }>

/**
 * One step of one sandbox. undefined: nothing is known, or to be remembered, of it.
 *
 * The first exit counts, and as for containers a better one may take its place until it is being written; by `policy.sandboxExit`
 * the last one does, as in containerd's CRI plugin, and listeners are told of the change. An exit of a sandbox that nobody has heard
 * of comes from one that is removed, and is nothing.
 */
export const stepSandbox = (env: SandboxEnv, event: SandboxInput, key: SandboxKey, sandbox: Sandbox | undefined): SandboxStepped => {
  if (sandbox === undefined) return appear(event, key)
  const { phase } = sandbox
  switch (phase._tag) { // no default: a new phase without its line here does not compile
    case 'Ready':
      return stepReady(env, event, sandbox, phase)
    case 'Recording':
      return stepRecording(env, event, sandbox, phase)
    case 'BackingOff':
      return stepBackingOff(env, event, sandbox, phase)
    case 'NotReady':
      return stepNotReady(env, event, sandbox, phase)
  }
}

const appear = (event: SandboxInput, key: SandboxKey): SandboxStepped => {
  if (event._tag !== 'SandboxStarted' && event._tag !== 'SandboxSeen') return [undefined, []]
  const [namespace, id] = parts(key)
  const sandboxer = event._tag === 'SandboxSeen' ? event.sandboxer : ''
  return watchSandbox({ key, namespace, id, sandboxer, generation: 1, lastCall: 0, phase: unwatched })
}

const unwatched: In<'Ready'> = {
  _tag: 'Ready',
  watch: undefined,
  rewatch: undefined,
  watchFailures: 0,
  missing: undefined,
  unwatchable: false,
  before: undefined,
}

const stepRecording = (env: SandboxEnv, event: SandboxInput, sandbox: Sandbox, self: In<'Recording'>): SandboxStepped => {
  const { exit, seenAt, seq, later } = self
  if (event._tag === 'SandboxExited') {
    return env.policy.sandboxExit === 'last' && !isRepeat(event, later ?? exit)
      ? [{ ...sandbox, phase: { ...self, later: exitOf(event) } }, []]
      : [sandbox, []]
  }
  if (event._tag !== 'PersistSettled' || event.call !== self.call) return [sandbox, []]
  if (event.outcome._tag === 'Failed') {
    return putOff(env, sandbox, { exit: later ?? exit, seenAt, failures: self.failures + 1, announced: self.announced })
  }
  if (later !== undefined) return update(env, sandbox, later, event.at)
  return [{ ...sandbox, phase: { _tag: 'NotReady', exit, seq } }, []]
}

const stepBackingOff = (env: SandboxEnv, event: SandboxInput, sandbox: Sandbox, self: In<'BackingOff'>): SandboxStepped => {
  if (event._tag === 'TimerFired' && event.call === self.call) return writeEnd(env, sandbox, self, event.at)
  if (event._tag !== 'SandboxExited') return [sandbox, []]
  const exit = env.policy.sandboxExit === 'last' ? exitOf(event) : better(self.exit, exitOf(event))
  return [{ ...sandbox, phase: { ...self, exit } }, []]
}

const stepNotReady = (env: SandboxEnv, event: SandboxInput, sandbox: Sandbox, self: In<'NotReady'>): SandboxStepped => {
  switch (event._tag) {
    case 'SandboxExited':
      return env.policy.sandboxExit === 'last' && !isRepeat(event, self.exit)
        ? update(env, sandbox, exitOf(event), event.at)
        : [sandbox, []]
    case 'SandboxStarted': // the id is used again, or the event is late: the exit that comes next will tell
      return watchSandbox({
        ...sandbox,
        generation: sandbox.generation + 1,
        phase: { ...unwatched, before: { exit: self.exit, seq: self.seq } },
      })
    case 'SandboxMissing': // removed: remembered for as long as a repeat of its exit may come
      return toNanos(event.at) - self.exit.at > BigInt(env.policy.rememberMs) * 1_000_000n ? [undefined, []] : [sandbox, []]
    default:
      return [sandbox, []]
  }
}

const update = (env: SandboxEnv, sandbox: Sandbox, exit: Exit, at: Millis): SandboxStepped =>
  writeEnd(env, sandbox, { exit, seenAt: at, failures: 0, announced: true }, at)

const exitOf = ({ code, exitedAt, at }: SandboxExited): Exit => exitReport(code, exitedAt, at)
