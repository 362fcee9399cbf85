/**
 * containerd-reaper/shell: carries the core's effects out against a real containerd.
 *
 * `startReaper` is all that most need: it takes a containerd (`connect`), a store and the namespaces to look after. The combinators
 * and ports are exported for those who drive the core with a shell of their own.
 *
 * @module
 */
export type { AnnouncementsOptions } from './announcements.ts'
export type { Gap } from './listeners/cursor.ts'
export { type Clock, longestSleepMs, type Slept, systemClock } from './clock.ts'
export { classify } from './containerd/classify.ts'
export { type Call, connect, type ConnectOptions, type Containerd } from './containerd/client.ts'
export { type DecodedEvent, decodeEvent, subscriptionFilters } from './containerd/decode_event.ts'
export { type Cri, type CriOptions, makeCri, type Served } from './cri/cri.ts'
export type { CriServer } from './cri/server.ts'
export type { SocketProblem } from './cri/socket.ts'
export { probe, type Unreachable } from './containerd/probe.ts'
export { type AttachedIo, type CallLimits, defaultCallLimits, type Env, type IoPort } from './env.ts'
export * from './errors.ts'
export { interpret } from './interpret/interpret.ts'
export type { Interpreted } from './interpret/outcome.ts'
export { type Fields, type Log, type LogOptions, makeLog, silentLog, type Sink } from './log.ts'
export { type Loop, makeLoop, type Trace } from './loop.ts'
export { type Mailbox, mailbox } from './mailbox.ts'
export { type Reaper, type ReaperOptions, startReaper } from './reaper.ts'
export { hostShims, type ShimExit, type Shims } from './shim/shims.ts'
export type { NotStopped, Stopped } from './stopped.ts'
export type { DurableStore } from './store/durable.ts'
export { defaultRetention, type Retention } from './store/ledger.ts'
export { openStore, type StoreOptions } from './store/level.ts'
export { memoryStore } from './store/memory.ts'
export type { AnnouncementLog, Said, Store } from './store/port.ts'
export { salvage, type Salvaged, type SalvageOptions } from './store/salvage.ts'
export { type Cancellable, type Linked, linkedTo, onAbort, type OwnSignal, type Scope, type Signal } from './task/cancellable.ts'
export { type Limit, withLimit } from './task/limit.ts'
export { type Jittered, quickRetries, type Retry, withRetry } from './task/retry.ts'
export { type SingleFlight, singleFlight } from './task/single_flight.ts'
export { type Timed, type Timeout, withTimeout } from './task/timeout.ts'
