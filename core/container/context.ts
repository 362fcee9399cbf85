/**
 * What a phase may look at beside the event and its own run, and the three small things that all phases do with it.
 *
 * @module
 */
import type { ContainerEvent } from '../event.ts'
import type { PersistSettled, TimerFired } from '../answer.ts'
import type { Effect } from '../effect.ts'
import type { Exit } from '../exit.ts'
import type { CallId, Millis } from '../ids.ts'
import { containerOwner } from '../ids.ts'
import type { Metadata } from '../metadata.ts'
import { noMetadata } from '../metadata.ts'
import type { Policy } from '../policy.ts'
import type { ReaperRecord, RunRecord } from '../record.ts'
import type { Container } from '../state.ts'
import type { Handling, Phase, Run } from './phase.ts'
import { inAttempt, inHandling, wantsSlot } from './phase.ts'

export interface Context {
  readonly policy: Policy
  readonly at: Millis
  readonly container: Container
  /** A call id that nobody has used; a step may give it to one call and one timer. */
  readonly call: CallId
  /** The next free sequence number. */
  readonly seq: number
  readonly sandboxSaid: SandboxSaid
}

/** What the machine of the sandbox that this container is the pause container of has told of its end; `writing`: it may fail to. */
export type SandboxSaid = 'nothing' | 'writing' | 'announced'

/** What a run is told by its container, beside the answers it waits for. */
export type Signal =
  /** Somebody reported the exit. `sure`: with our pid, just now. `gone`: the task has been deleted as well. */
  | { readonly _tag: 'ExitFound'; readonly exit: Exit; readonly sure: boolean; readonly gone: boolean }
  /** A sign of another client at work under this id: what was known of the task may not hold any more. */
  | { readonly _tag: 'Unsettled' }
  /** The container's record has been read, or is known to be gone. */
  | { readonly _tag: 'MetadataKnown' }
  /** A listing showed the task running: a Wait that is not open should be. */
  | { readonly _tag: 'SeenRunning' }
  /** The task of a run that is over is still there, STOPPED. */
  | { readonly _tag: 'LeftBehind' }
  | { readonly _tag: 'TurnCame' }
  | { readonly _tag: 'SlotGranted' }

export type RunEvent = ContainerEvent | PersistSettled | TimerFired | Signal

/** The run after a step, or undefined when it turned out to be none; and what is to be done. */
export type Stepped = readonly [Run | undefined, ReadonlyArray<Effect>]

/** The run, in another phase. */
export const inPhase = (run: Run, phase: Phase): Run => ({ ...run, phase })

/** Nothing happens: the event was not for this run, or came too late. */
export const unmoved = (run: Run): Stepped => [run, []]

export const isTimer = (event: RunEvent, call: CallId | undefined): boolean =>
  event._tag === 'TimerFired' && call !== undefined && event.call === call

/** The record's content, as far as it is known. */
export const metadataOf = ({ lookup }: Container): Metadata =>
  lookup._tag === 'Known' || lookup._tag === 'Deleted'
    ? lookup.metadata
    : (lookup._tag === 'NotOurs' ? undefined : lookup.before) ?? noMetadata

export const isMetadataKnown = ({ lookup }: Container): boolean => lookup._tag === 'Known' || lookup._tag === 'Deleted'

/**
 * Whether another run of the container goes first: an older one that is still being handled, since STOPPED of one container come in
 * the order of its runs, or any that has begun already, since at most one destructive call is in flight (rule 5). A younger one may have
 * begun when the older was still believed to run. While it is being asked whether the older one still runs, it may turn out to have
 * exited first.
 */
export const mustWaitItsTurn = ({ runs, probe }: Container, run: Run): boolean =>
  runs.some(({ id, phase }) =>
    id.generation !== run.id.generation &&
    (isSweeping(phase) ||
      (id.generation < run.id.generation ? inHandling(phase) || (phase._tag === 'Running' && probe !== undefined) : isUnderWay(phase)))
  )

/** STOPPED is out, and what was left of the task is being destroyed. */
const isSweeping = (phase: Phase): boolean => phase._tag === 'Announced' && (phase.doing === 'Deleting' || phase.doing === 'Cleaning')

const isUnderWay = (phase: Phase): boolean =>
  inAttempt(phase) || wantsSlot(phase) || phase._tag === 'Recording' || (phase._tag === 'BackingOff' && phase.outstanding !== undefined)

/**
 * Whether the record may just have been made anew, for the run after this one, and its task be about to come: a call that was decided on
 * before it is there would hit it.
 */
export const isNextToCome = ({ at, policy, container: { recordChangedAt } }: Context, { seenAt }: Handling): boolean =>
  recordChangedAt !== undefined && seenAt < recordChangedAt && at - recordChangedAt <= policy.justNowMs

/** The row of a run that goes on. */
export const runningRecord = (ctx: Context, run: Run): RunRecord => ({
  _tag: 'RunRecord',
  run: run.id,
  metadata: metadataOf(ctx.container),
  exit: undefined,
  oomKilled: run.oom._tag !== 'None',
  notified: false,
  attempts: 0,
  lastError: undefined,
  standing: 'open',
  at: ctx.at,
  ...bootOf(run),
})

/** A row may be written in a later boot than its run ended with: then it says so itself. */
export const bootOf = ({ formerBoot }: Run): Pick<RunRecord, 'formerBoot'> => (formerBoot === true ? { formerBoot } : {})

/** The row that says all there is to say of the run. */
export const runRecord = (
  ctx: Context,
  run: Run,
  handling: Handling,
  standing: RunRecord['standing'],
): RunRecord => ({
  _tag: 'RunRecord',
  run: run.id,
  metadata: metadataOf(ctx.container),
  exit: handling.exit,
  oomKilled: run.oom._tag !== 'None',
  notified: handling.notified,
  attempts: handling.failures,
  lastError: handling.lastError,
  standing,
  at: ctx.at,
  ...bootOf(run),
  ...(handling.trail.length === 0 ? {} : { trail: handling.trail }),
})

/** A write that nothing is waiting behind. */
export const persist = (ctx: Context, records: ReadonlyArray<ReaperRecord>): Effect => ({
  _tag: 'Persist',
  owner: containerOwner(ctx.container.key),
  call: ctx.call,
  records,
  release: [],
})

export const stopDeadline = (ctx: Context, { deadline }: Handling): ReadonlyArray<Effect> =>
  deadline === undefined ? [] : [{ _tag: 'CancelTimer', owner: containerOwner(ctx.container.key), call: deadline }]
