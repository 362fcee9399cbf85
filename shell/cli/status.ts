/**
 * `containerd-reaper status`: asks the running reaper what is in handling, and prints it for people or as JSON.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { entries, explain, type HandlingRow, progress, type State } from '../../core/index.ts'
import { askControl } from '../control/socket.ts'
import { describeError } from '../errors.ts'
import type { StatusCommand } from './configuration.ts'
import { oneLine } from './one_line.ts'
import { storedState } from './run_store.ts'
import type { Streams } from './streams.ts'

/** What the control socket answers. Times are ISO 8601. */
export interface Report {
  /** null: none runs, and this is what the last one wrote down. */
  readonly pid: number | null
  readonly namespaces: ReadonlyArray<string>
  readonly containers: number
  readonly running: number
  readonly lastSeq: number
  readonly handling: ReadonlyArray<ReportRow>
}

interface ReportRow {
  readonly namespace: string
  readonly id: string
  readonly pid: number
  readonly generation: number
  readonly phase: string
  readonly exitCode: number
  readonly since: string
  readonly attempt: number
  readonly lastError: string | null
  readonly nextAttemptAt: string | null
  readonly outstanding: string | null
}

const textOrNull = t.union([t.string, t.null], 'a text or null')

const Row: t.Type<ReportRow, unknown> = t.strict({
  namespace: t.string,
  id: t.string,
  pid: t.number,
  generation: t.number,
  phase: t.string,
  exitCode: t.number,
  since: t.string,
  attempt: t.number,
  lastError: textOrNull,
  nextAttemptAt: textOrNull,
  outstanding: textOrNull,
}, 'a handling')

const Answer: t.Type<Report, unknown> = t.strict({
  pid: t.union([t.number, t.null], 'a pid or null'),
  namespaces: t.readonlyArray(t.string),
  containers: t.number,
  running: t.number,
  lastSeq: t.number,
  handling: t.readonlyArray(Row),
}, 'status')

/** The state as the control socket tells it. */
export const statusReport = (pid: number | null, namespaces: ReadonlyArray<string>, state: State): Report => {
  const { containers, running, lastSeq, handling } = progress(state)
  return { pid, namespaces, containers, running, lastSeq, handling: handling.map(rowOf) }
}

const rowOf = ({ run, since, lastError, nextAttemptAt, outstanding, phase, exitCode, attempt }: HandlingRow): ReportRow => ({
  ...run,
  phase,
  exitCode,
  since: new Date(since).toISOString(),
  attempt,
  lastError: lastError ?? null,
  nextAttemptAt: nextAttemptAt === undefined ? null : new Date(nextAttemptAt).toISOString(),
  outstanding: outstanding ?? null,
})

export const status = async ({ stateDir, json }: StatusCommand, { out, err }: Streams): Promise<number> => {
  const answer = await askControl(stateDir)()
  if (E.isLeft(answer)) {
    const stored = answer.left.kind === 'none running' ? await storedState(stateDir) : undefined
    if (stored === undefined || E.isLeft(stored)) {
      err(`${stored === undefined ? answer.left.line : describeError(stored.left)}\n`)
      return 1
    }
    const namespaces = [...new Set(entries(stored.right.containers).map(([, { namespace }]) => namespace))].sort()
    const report = statusReport(null, namespaces, stored.right)
    out(json ? `${JSON.stringify(report)}\n` : table(report))
    return 0
  }
  const text = renderAnswer(answer.right, json)
  if (E.isLeft(text)) {
    err(`${text.left}\n`)
    return 1
  }
  out(text.right)
  return 0
}

/** What the control socket answered, as it is printed; or the line that says why it cannot be read. */
export const renderAnswer = (answer: unknown, json: boolean): E.Either<string, string> => {
  const report = Answer.decode(answer)
  if (E.isLeft(report)) {
    return E.left(explain('the status of the reaper', report.left)[0] ?? 'Cannot read the status of the reaper')
  }
  return E.right(json ? `${JSON.stringify(report.right)}\n` : table(report.right))
}

const table = ({ pid, namespaces, containers, running, handling, lastSeq }: Report): string => {
  const who = pid === null ? 'no reaper runs; when the last one ended' : `reaper ${pid} in ${namespaces.join(', ')}`
  const head = `${who}: ${containers} containers, ${running} running, ${handling.length} in handling, ` +
    `${lastSeq} announced\n`
  if (handling.length === 0) return head
  const rows = [
    ['CONTAINER', 'PID', 'EXIT', 'PHASE', 'SINCE', 'ATTEMPT', 'NEXT', 'LAST ERROR'],
    ...handling.map(({ namespace, id, pid, exitCode, phase, since, attempt, nextAttemptAt, outstanding, lastError }) =>
      [
        `${namespace}/${id}`,
        String(pid),
        String(exitCode),
        outstanding === null ? phase : `${phase} (${outstanding} in flight)`,
        since,
        String(attempt),
        nextAttemptAt ?? '-',
        lastError ?? '-',
      ].map(oneLine)
    ),
  ]
  const widths = (rows[0] ?? []).map((_, column) => rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0))
  return head + rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n') + '\n'
}
