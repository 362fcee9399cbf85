/**
 * The settings of `[policy]`: the numbers and choices of the machine and of the calls it makes. Where the machine has a default of
 * its own (policy.ts), it is that one.
 *
 * @module
 */
import * as t from 'io-ts'
import { defaultPolicy } from '../policy.ts'
import { durationBetween, longestMs, orOff } from './duration.ts'
import { numberBetween } from './number.ts'
import { type Setting, setting } from './setting.ts'

const positive = durationBetween(1, longestMs)

export const policySettings: {
  readonly handlingTimeoutMs: Setting<number>
  readonly onHandlingTimeout: Setting<'join' | 'cancel'>
  readonly deleteHardLimitMs: Setting<number | undefined>
  readonly sandboxExit: Setting<'first' | 'last'>
  readonly backoffFirstMs: Setting<number>
  readonly backoffCapMs: Setting<number>
  readonly backoffJitter: Setting<number>
  readonly maxHandlings: Setting<number>
  readonly loadTimeoutMs: Setting<number>
  readonly oomReadTimeoutMs: Setting<number>
  readonly drainTimeoutMs: Setting<number>
  readonly relistPeriodMs: Setting<number>
  readonly inferredGraceMs: Setting<number>
} = {
  handlingTimeoutMs: setting({
    key: 'policy.handling_timeout',
    flag: '--handling-timeout',
    argument: 'DURATION',
    codec: positive,
    default: defaultPolicy.handlingTimeoutMs,
    meaning: 'How long one attempt at handling an exit may take before it backs off',
    reason: "what containerd's CRI plugin allows",
  }),
  onHandlingTimeout: setting<'join' | 'cancel'>({
    key: 'policy.on_handling_timeout',
    flag: '--on-handling-timeout',
    argument: 'ACTION',
    codec: t.keyof({ join: null, cancel: null }, 'join or cancel'),
    default: defaultPolicy.onHandlingTimeout,
    meaning: 'What becomes of a Delete that outlives its attempt: the next attempt joins it, or it is cut off (cancel)',
    reason: 'a `runc delete` that is cut off leaks its shim',
  }),
  deleteHardLimitMs: setting<number | undefined>({
    key: 'policy.delete_hard_limit',
    flag: '--delete-hard-limit',
    argument: 'DURATION',
    codec: orOff(positive),
    default: defaultPolicy.deleteHardLimitMs,
    meaning: 'After this long a joined Delete is cut off after all',
    reason: 'a hung Delete holds no slot and delays nobody; cutting it off leaks',
  }),
  sandboxExit: setting<'first' | 'last'>({
    key: 'policy.sandbox_exit',
    flag: '--sandbox-exit',
    argument: 'WHICH',
    codec: t.keyof({ first: null, last: null }, 'first or last'),
    default: defaultPolicy.sandboxExit,
    meaning: "Which of several reports of a sandbox's exit counts; last is what containerd's CRI plugin does",
    reason: 'as for containers, a late repeat changes nothing',
  }),
  backoffFirstMs: setting({
    key: 'policy.backoff_first',
    flag: '--backoff-first',
    argument: 'DURATION',
    codec: positive,
    default: defaultPolicy.backoffFirstMs,
    meaning: 'Wait after the first failed attempt; each further failure doubles it',
    reason: "containerd's number: long enough for a daemon to come back",
  }),
  backoffCapMs: setting({
    key: 'policy.backoff_cap',
    flag: '--backoff-cap',
    argument: 'DURATION',
    codec: positive,
    default: defaultPolicy.backoffCapMs,
    meaning: 'Longest wait between attempts, which never end',
    reason: "containerd's number: a repaired host is cleaned up within minutes",
  }),
  backoffJitter: setting({
    key: 'policy.backoff_jitter',
    flag: '--backoff-jitter',
    argument: 'SHARE',
    shape: 'number',
    codec: numberBetween('a number', 0, 1, Number.isFinite),
    default: 0.2,
    meaning: 'Share of each wait that is drawn by lot, so that exits that failed together are not tried together',
    reason: 'spreads a storm of 500 retries over 200 ms already at the first wait',
  }),
  maxHandlings: setting({
    key: 'policy.max_handlings',
    flag: '--max-handlings',
    argument: 'COUNT',
    shape: 'number',
    codec: numberBetween('a whole number', 1, 1_024, Number.isInteger),
    default: defaultPolicy.maxHandlings,
    meaning: 'Exits handled side by side; one that waits does not count',
    reason: 'more did not make 100 deletes faster in our measurements',
  }),
  loadTimeoutMs: setting({
    key: 'policy.load_timeout',
    flag: '--load-timeout',
    argument: 'DURATION',
    codec: positive,
    default: 2_000,
    meaning: 'How long a look at a task may take',
    reason: 'what containerd itself gives a shim to answer',
  }),
  oomReadTimeoutMs: setting({
    key: 'policy.oom_read_timeout',
    flag: '--oom-read-timeout',
    argument: 'DURATION',
    codec: positive,
    default: 1_000,
    meaning: 'How long an exit with code 137 waits for the count of OOM kills before it is recorded without',
    reason: 'it delays the record, and a live shim answers in milliseconds',
  }),
  drainTimeoutMs: setting({
    key: 'policy.drain_timeout',
    flag: '--drain-timeout',
    argument: 'DURATION',
    codec: positive,
    default: 2_000,
    meaning: 'How long output that a user of the library attached to a run may go on draining before it is closed',
    reason: 'a writer that never closes must not hold up the delete',
  }),
  relistPeriodMs: setting({
    key: 'policy.relist_period',
    flag: '--relist-period',
    argument: 'DURATION',
    codec: durationBetween(1_000, longestMs),
    default: 300_000,
    meaning: 'How often all tasks are listed, to find exits that nobody reported',
    reason: 'exits are reported twice over; this is the net below',
  }),
  inferredGraceMs: setting({
    key: 'policy.inferred_grace',
    flag: '--inferred-grace',
    argument: 'DURATION',
    codec: durationBetween(0, longestMs),
    default: defaultPolicy.inferredGraceMs,
    meaning: 'How long an exit whose code nobody has told waits for better word of it',
    reason: 'after a restart of containerd, shims repeat their exits at most 6 s apart',
  }),
}
