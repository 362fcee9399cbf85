/**
 * What is announced when a run has stopped, and how CRI words its reason.
 *
 * @module
 */
import type { Effect } from './effect.ts'
import type { Exit } from './exit.ts'
import type { Millis, RunId } from './ids.ts'
import type { Announcement, ShownReason } from './record.ts'

/** The reason as CRI renders it: a stored one, else by the code. An exit that nobody saw is `Unknown`, whatever stands in for its code. */
export const shownReason = (exit: Exit, oomKilled: boolean): ShownReason => {
  if (oomKilled) return 'OOMKilled'
  if (exit.rank === 'inferred') return 'Unknown'
  return exit.code === 0 ? 'Completed' : 'Error'
}

export const announcement = (
  { seq, type, run, sandboxId, exit, oomKilled, attempts, seenAt, at }: {
    readonly seq: number
    readonly type: Announcement['type']
    readonly run: RunId
    readonly sandboxId: string | undefined
    readonly exit: Exit
    readonly oomKilled: boolean
    readonly attempts: number
    readonly seenAt: Millis
    readonly at: Millis
  },
): Announcement => ({
  _tag: 'Announcement',
  seq,
  type,
  run,
  sandboxId,
  exitCode: exit.code,
  exitedAt: exit.at,
  reason: shownReason(exit, oomKilled),
  attempts,
  handlingMs: Math.max(0, at - seenAt),
  at,
})

/** The next free sequence number after these effects were asked for: a number is used by being in a write. */
export const seqAfter = (next: number, effects: ReadonlyArray<Effect>): number => {
  let seq = next
  for (const effect of effects) {
    if (effect._tag !== 'Persist') continue
    for (const record of effect.records) if (record._tag === 'Announcement') seq = Math.max(seq, record.seq + 1)
  }
  return seq
}
