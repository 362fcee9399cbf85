/** An exit as the machine writes it: its record, then, in a second write, its status and announcement. */
import * as E from 'fp-ts/lib/Either.js'
import { millis, nanos, noMetadata, type ReaperRecord, type RunRecord } from '../../core/index.ts'
import type { Store } from '../../shell/store/port.ts'

export const recordsOf = (n: number): readonly [ReadonlyArray<ReaperRecord>, ReadonlyArray<ReaperRecord>] => {
  const run = { namespace: 'ci', id: `job-${n}`, pid: 1_000 + n, generation: 1 }
  const at = millis(Date.now())
  const record: RunRecord = {
    _tag: 'RunRecord',
    run,
    metadata: noMetadata,
    exit: { code: 0, at: nanos(1_700_000_000_000_000_000n), rank: 'observed' },
    oomKilled: false,
    notified: false,
    attempts: 0,
    lastError: undefined,
    standing: 'open',
    at,
    trail: [{ what: 'write', at }],
  }
  const said = {
    _tag: 'Announcement',
    seq: n + 1,
    type: 'CONTAINER_STOPPED',
    run,
    sandboxId: undefined,
    exitCode: 0,
    exitedAt: nanos(1_700_000_000_000_000_000n),
    reason: 'Completed',
    attempts: 1,
    handlingMs: 12,
    at,
  } as const
  return [[record], [{ ...record, standing: 'closed', trail: [{ what: 'write', at }, { what: 'delete', at }] }, said]]
}

export const must = <A>(outcome: E.Either<{ readonly message: string }, A>): A => {
  if (E.isLeft(outcome)) throw new Error(outcome.left.message)
  return outcome.right
}

/** One exit: two writes, one after the other. */
export const writeExit = async (store: Store<ReaperRecord>, n: number): Promise<void> => {
  for (const records of recordsOf(n)) must(await store.append(records)())
}

/** So many exits at once. */
export const writeBurst = async (store: Store<ReaperRecord>, from: number, size: number): Promise<void> => {
  await Promise.all(Array.from({ length: size }, (_, n) => writeExit(store, from + n)))
}
