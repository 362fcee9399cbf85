/** What the XState machine knows of its container, and the effects it asks for: the same data that our machine asks for. */
import {
  announcement,
  backoffMs,
  type CallId,
  callId,
  type ContainerKey,
  containerOwner,
  defaultPolicy,
  type Effect,
  type Exit,
  type Millis,
  noMetadata,
  type RunId,
  type RunRecord,
} from '../../core/index.ts'

export interface Context {
  readonly key: ContainerKey
  readonly run: RunId
  readonly lastCall: number
  readonly watch: CallId | undefined
  readonly exit: Exit
  readonly seenAt: Millis
  readonly failures: number
  readonly lastError: string | undefined
  readonly oomKilled: boolean
  readonly seq: number
}

export const callOf = ({ lastCall }: Context): CallId => callId(lastCall)

export const watchTask = (context: Context): Effect => ({ _tag: 'WatchTask', container: context.key, call: callOf(context) })
export const readOomKills = (context: Context): Effect => ({ _tag: 'ReadOomKills', container: context.key, call: callOf(context) })
export const loadTask = (context: Context): Effect => ({ _tag: 'LoadTask', container: context.key, call: callOf(context) })
export const deleteTask = (context: Context): Effect => ({ _tag: 'DeleteTask', container: context.key, call: callOf(context) })

export const setDeadline = (context: Context): Effect => setTimer(context, defaultPolicy.handlingTimeoutMs, false)
export const setBackOff = (context: Context): Effect => setTimer(context, backoffMs(defaultPolicy, context.failures), true)
export const cancelDeadline = (context: Context): Effect => ({
  _tag: 'CancelTimer',
  owner: containerOwner(context.key),
  call: callOf(context),
})

const setTimer = (context: Context, delayMs: number, jitter: boolean): Effect => ({
  _tag: 'SetTimer',
  owner: containerOwner(context.key),
  call: callOf(context),
  delayMs,
  jitter,
})

export const persistOpen = (context: Context, at: Millis): Effect => ({
  _tag: 'Persist',
  owner: containerOwner(context.key),
  call: callOf(context),
  records: [rowOf(context, 'open', at)],
  release: [],
})

export const persistStopped = (context: Context, at: Millis): Effect => {
  const { run, exit, oomKilled, failures, seenAt, seq } = context
  const said = announcement({
    seq,
    type: 'CONTAINER_STOPPED',
    run,
    sandboxId: undefined,
    exit,
    oomKilled,
    attempts: failures + 1,
    seenAt,
    at,
  })
  return {
    _tag: 'Persist',
    owner: containerOwner(context.key),
    call: callOf(context),
    records: [rowOf(context, 'closed', at), said],
    release: [{ _tag: 'SignalStopped', announcement: said }, { _tag: 'EmitContainerEvent', announcement: said }],
  }
}

const rowOf = ({ run, exit, oomKilled, failures, lastError }: Context, standing: RunRecord['standing'], at: Millis): RunRecord => ({
  _tag: 'RunRecord',
  run,
  metadata: noMetadata,
  exit,
  oomKilled,
  notified: false,
  attempts: failures,
  lastError,
  standing,
  at,
})
