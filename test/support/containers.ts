/** A container and a run to take apart in tests: plain, complete, and with no wish of their own. */
import { callId, type Container, containerKey, millis, nanos, noMetadata, type Phase, type Run } from '../../core/index.ts'

type Handling = Extract<Phase, { _tag: 'Deleting' }>['handling']

export const handlingOf = (fields: Partial<Handling> = {}): Handling => ({
  exit: { code: 3, at: nanos(7n), rank: 'observed' },
  seenAt: millis(1_000),
  failures: 0,
  lastError: undefined,
  durable: true,
  stale: false,
  goal: 'unknown',
  checkedAt: undefined,
  graced: true,
  notified: false,
  killed: false,
  drained: false,
  missed: false,
  owed: false,
  slow: false,
  deadline: undefined,
  trail: [],
  ...fields,
})

export const runOf = (phase: Phase, generation: number = 1): Run => ({
  id: { namespace: 'ci', id: 'web-1', pid: 41 + generation, generation },
  oom: { _tag: 'None' },
  phase,
})

export const containerOf = (runs: ReadonlyArray<Run>, fields: Partial<Container> = {}): Container => ({
  key: containerKey('ci', 'web-1'),
  namespace: 'ci',
  id: 'web-1',
  lastCall: 20,
  lastGeneration: Math.max(0, ...runs.map(({ id }) => id.generation)),
  lookup: { _tag: 'Known', metadata: noMetadata, refresh: undefined },
  runs,
  closed: [],
  probe: undefined,
  ...fields,
})

/** A phase in the middle of an attempt. */
export const attempt = (what: 'Loading' | 'Notifying' | 'Draining', call: number, fields: Partial<Handling> = {}): Phase => ({
  _tag: what,
  call: callId(call),
  handling: handlingOf({ deadline: callId(call), ...fields }),
})

export const destroying = (what: 'Killing' | 'Deleting' | 'Cleaning', call: number, fields: Partial<Handling> = {}): Phase => ({
  _tag: what,
  call: callId(call),
  since: millis(1_000),
  handling: handlingOf({ deadline: callId(call), goal: what === 'Cleaning' ? 'clean' : 'delete', ...fields }),
})
