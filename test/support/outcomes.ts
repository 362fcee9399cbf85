/** The answers and facts that tests tell the machine, by short names. */
import type { Failure, FailureReason, NotFound, TaskView } from '../../core/answer.ts'
import type { Nanos } from '../../core/ids.ts'
import { nanos } from '../../core/ids.ts'
import type { Metadata } from '../../core/metadata.ts'
import type { Outcomes } from './answers.ts'

/** A time of containerd's, in plain nanoseconds. */
const time = (ns: number | undefined): Nanos | undefined => (ns === undefined ? undefined : nanos(BigInt(ns)))

export const created = (pid = 42): TaskView => ({ _tag: 'Created', pid })
export const running = (pid = 42): TaskView => ({ _tag: 'Running', pid })
export const paused = (pid = 42): TaskView => ({ _tag: 'Paused', pid })
export const stopped = (code: number, ns?: number, pid = 42): TaskView => ({ _tag: 'Stopped', pid, code, exitedAt: time(ns) })
/** Status UNKNOWN, pid 0. */
export const unclear: TaskView = { _tag: 'Unclear' }

export const notFound: NotFound = { _tag: 'NotFound' }
export const notOurs = { _tag: 'NotOurs' } as const
export const durable = { _tag: 'Durable' } as const
export const gone = { _tag: 'Gone' } as const
export const delivered = { _tag: 'Delivered' } as const
export const drained = { _tag: 'Drained' } as const
export const cleanedUp = { _tag: 'CleanedUp' } as const
export const counted = (kills: number): Outcomes['MET'] => ({ _tag: 'Counted', kills: BigInt(kills) })
export const deleted = (code: number, ns?: number): Outcomes['TD'] => ({ _tag: 'Deleted', code, exitedAt: time(ns) })
export const found = (metadata: Metadata): Outcomes['ASK'] => ({ _tag: 'Found', metadata })
/** A Wait that ended: with the pid that it was bound to, 0 for none. */
export const waited = (code: number, ns?: number, pid = 42): Outcomes['WATCH'] => ({ _tag: 'Exited', pid, code, exitedAt: time(ns) })
export const failed = (reason: FailureReason = 'Other', message: string = reason): Failure => ({ _tag: 'Failed', reason, message })
