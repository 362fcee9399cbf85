/**
 * `containerd-reaper/testing`: an embedded containerd for tests and demonstrations. It speaks containerd's gRPC on a unix socket,
 * runs real child processes as containers, and can be made to delay, hang, lose, repeat and restart.
 *
 * It follows what was seen of containerd, refusals and leaks included, but it is never what proves that something works with containerd.
 *
 * @module
 */
export { startEmbeddedContainerd } from './stand.ts'
export type { ContainerSpec, EmbeddedContainerd, EmbeddedOptions, Leftovers, Named, Ref, RunningContainer, TaskStatus } from './api.ts'
export type { Call, Calls } from './calls.ts'
export type { DeadShimPid } from './daemon.ts'
export type { Exit } from './process.ts'
export type { SandboxMode } from './sandboxes_service.ts'
export {
  answerHeld,
  answerLost,
  delayed,
  dropped,
  hanging,
  hangingInRunc,
  held,
  late,
  onCall,
  onEvent,
  overtaken,
  refused,
  repeated,
} from './faults.ts'
export type { CallFault, CallRule, EventFault, EventRule, FaultRule, Faults, SetFault, Where } from './faults.ts'
export { fieldsOf, parseFilter, parseFilters, passes } from './filter.ts'
export type { Fields, Filter, Selector } from './filter.ts'
