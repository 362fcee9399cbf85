/**
 * containerd-reaper/core: what to do when a container exits, as pure functions.
 *
 * `step` maps an event and the current state to the next state and a list of effects. It has no clock, no I/O and no randomness: the
 * same events give the same states and effects on every runtime, so that it can be tested, simulated and replayed. Whoever drives it
 * (the shell of this package, or your own) keeps this contract:
 *
 * 1. Keep one state. Take one event at a time, call `step`, keep the new state, start all the effects, then take the next event.
 *    Never wait for an effect in between: one hung call would stop every exit on the host.
 * 2. Answer every effect that has a `call` with the `...Settled` event of its name, carrying that call, once; timers with
 *    `TimerFired`. An answer may come late: it is recognised by its call.
 * 3. `Persist` makes `records` durable in one write, and only then carries out `release`. On failure nothing of `release` happens.
 * 4. `KillTask`, `DeleteTask` and `CleanUpTask` are asked once each: no deadline, no retry below the core. Reads may be retried.
 * 5. After every (re)connection: subscribe first, list second, and hand the listing in as `Relisted`.
 * 6. After a restart: `replayRecords` what was written, then do what `resume` says, then connect as in 5.
 *
 * @module
 */

export { announcement, shownReason } from './announcement.ts'
export * from './answer.ts'
export { backoffMs } from './backoff.ts'
export { replayRecords } from './checkpoint.ts'
export type { HandlingPhase, Phase, Run, Running } from './container/phase.ts'
export { inHandling } from './container/phase.ts'
export {
  describeContainer,
  describeEffect,
  describeEvent,
  describeImage,
  describePhase,
  describeRecord,
  describeSandbox,
  describeState,
} from './describe.ts'
export * from './effect.ts'
export * from './event.ts'
export { type Exit, type ExitRank, unknownExitCode } from './exit.ts'
export { type Imported, imported } from './imported.ts'
export { histories, type History } from './history.ts'
export type { Happening } from './history/happening.ts'
export * from './ids.ts'
export { violations } from './invariants.ts'
export { type Metadata, noMetadata } from './metadata.ts'
export { defaultPolicy, type Policy } from './policy.ts'
export { type HandlingRow, type Progress, progress } from './progress.ts'
export type { Announcement, ReaperRecord, RunDropped, RunRecord, SandboxRecord, ShownReason, TrailStep } from './record.ts'
export { resume } from './resume.ts'
export { type Container, type Image, initial, type Sandbox, type State } from './state.ts'
export { type Step, step, type Stepped } from './step.ts'
export { entries, lookup } from './table.ts'

// What CRI shows of the state: containers, pods, and the order of a container's events.
export {
  follow,
  type Lifeline,
  olderThanStream,
  type Sight,
  sightOfContainer,
  sightOfSandbox,
  stopped,
  type Telling,
} from './cri/lifeline.ts'
export {
  noImage,
  podFactsFor,
  podIdOf,
  podState,
  renderContainer,
  renderPod,
  renderStopped,
  unknownFacts,
  withPodLabels,
} from './cri/render.ts'
export { type ContainerQuery, isWantedContainer, isWantedPod, type PodQuery, type Resolved, resolveId } from './cri/select.ts'
export type * from './cri/types.ts'

// What crosses a border: the configuration, containerd's status file, CRI metadata, OCI specs, and how refusals are worded.
export { decodeRecord, encodeRecord } from './codec/checkpoint.ts'
export { allSettings, type Config, type PolicyConfig, readConfig, readSetting, valuesOfFile } from './codec/config.ts'
export { decodeConfig, encodeConfig } from './codec/config_codec.ts'
export {
  type ContainerMetadata,
  containerMetadataKey,
  containerMetadataUrl,
  decodeContainerMetadata,
  decodeSandboxMetadata,
  type SandboxMetadata,
  sandboxMetadataKey,
  sandboxMetadataUrl,
} from './codec/cri_metadata.ts'
export { formatDuration, parseDuration } from './codec/duration.ts'
export { explain, type Rejected, rejected } from './codec/explain.ts'
export { isIdentifier } from './codec/identifier.ts'
export type { JsonValue } from './codec/json.ts'
export { nearest } from './codec/nearest.ts'
export { type Found, fromEnvironment, fromFile, fromFlag, fromValue, type Origin } from './codec/origin.ts'
export { policyOf } from './codec/policy_of.ts'
export { policyProblem } from './codec/policy_problem.ts'
export { policySettings } from './codec/policy_settings.ts'
export { selectorProblem } from './codec/selector.ts'
export { type Setting, type SettingRow, type Shape, valueOfText } from './codec/setting.ts'
export { type ForeignNamespace, type LogFormat, settings } from './codec/settings.ts'
export { show } from './codec/show.ts'
export { hasOwnPidNamespace } from './codec/spec.ts'
export { decodeStatusFile, encodeStatusFile, type StatusFile } from './codec/status_file.ts'
