import t from 'tap'
import { callId, type ContainerKey, containerKey, imageKey, nanos, sandboxKey } from '../../core/ids.ts'
import { violations } from '../../core/invariants.ts'
import { defaultPolicy } from '../../core/policy.ts'
import { emptyQueue, push, rest } from '../../core/queue.ts'
import { enqueue, noSlots } from '../../core/slots.ts'
import { type Container, type Image, initial, type Sandbox, type State } from '../../core/state.ts'
import { empty, insert } from '../../core/table.ts'
import { attempt, containerOf, handlingOf, runOf } from '../support/containers.ts'

const fresh = initial('boot-1')
const found = (state: State, maxHandlings = 8): ReadonlyArray<string> => violations({ ...defaultPolicy, maxHandlings })(state)
const holding = (...containers: ReadonlyArray<Container>): State => ({
  ...fresh,
  nextSeq: 100,
  containers: containers.reduce((table, container) => insert(container.key, container, table), fresh.containers),
})
const named = (id: string, container: Container): Container => ({
  ...container,
  key: containerKey('ci', id),
  id,
  runs: container.runs.map((run) => ({ ...run, id: { ...run.id, id } })),
})
const waiting = containerOf([runOf({ _tag: 'Recorded', waitsFor: 'slot', call: callId(2), handling: handlingOf() })])
const exit = { code: 3, at: nanos(7n), rank: 'observed' } as const
const over = (seq: number) => containerOf([runOf({ _tag: 'Exited', exit, seq, handlingMs: 5, attempts: 1 })])
const recording = (seq: number) =>
  containerOf([runOf({ _tag: 'Recording', call: callId(3), seq, later: undefined, handling: handlingOf({ goal: 'done' }) })])
const sandbox = (phase: Sandbox['phase'], fields: Partial<Sandbox> = {}): State => ({
  ...fresh,
  sandboxes: insert(sandboxKey('ci', 'pod-1'), {
    key: sandboxKey('ci', 'pod-1'),
    namespace: 'ci',
    id: 'pod-1',
    sandboxer: '',
    generation: 1,
    lastCall: 2,
    phase,
    ...fields,
  }, fresh.sandboxes),
})

t.test('nothing is wrong with a state that knows nothing', async (t) => t.strictSame(found(fresh), []))

t.test('the slots that are taken are those that runs hold', async (t) => {
  const busy = holding(containerOf([runOf(attempt('Loading', 3))]))
  t.strictSame(found({ ...busy, slots: { ...noSlots, inFlight: 1 } }), [])
  t.strictSame(found(busy), ['0 slots are taken by 1 runs'])
  const three = holding(...['a', 'b', 'c'].map((id) => named(id, containerOf([runOf(attempt('Loading', 3))]))))
  t.strictSame(found({ ...three, slots: { ...noSlots, inFlight: 3 } }, 2), ['3 slots are taken of 2'])
})

t.test('who waits for a slot stands in line, and in vain only while none is free', async (t) => {
  const line = enqueue(waiting.key, noSlots)
  const full = named('b', containerOf([runOf(attempt('Loading', 3))]))
  t.strictSame(found({ ...holding(waiting, full), slots: { ...line, inFlight: 1 } }, 1), [])
  t.strictSame(found({ ...holding(waiting, full), slots: { ...noSlots, inFlight: 1 } }, 1), [
    'ci/web-1 waits for a slot and does not stand in line',
  ])
  t.strictSame(found({ ...holding(waiting), slots: line }), ['1 wait while 8 slots are free'])
})

t.test('each namespace in line has one turn, and each turn a namespace', async (t) => {
  const line = enqueue(waiting.key, noSlots)
  const state = holding(waiting)
  t.match(found({ ...state, slots: { ...line, turns: push('ci', line.turns) } }), [
    '1 wait',
    'ci has not exactly one turn',
    '2 turns are given to 1',
  ])
  t.match(found({ ...state, slots: { ...line, turns: rest(line.turns) } }), [
    '1 wait',
    'ci has not exactly one turn',
    '0 turns are given to 1',
  ])
  t.match(found({ ...fresh, slots: { ...noSlots, turns: push('ci', noSlots.turns) } }), ['1 turns are given to 0 namespaces'])
  const nobody = { ...line, waiting: insert('ci', emptyQueue<ContainerKey>(), line.waiting) }
  t.match(found({ ...fresh, slots: nobody }), ['nobody of ci waits in its line'])
})

t.test('a number is given once, and is below the next free one', async (t) => {
  t.strictSame(found(holding(over(7), named('b', recording(8)))), [])
  t.strictSame(found(holding(named('a', over(7)), named('b', recording(7)))), ['ci/a run 1 and ci/b run 1 have the same number 7'])
  t.strictSame(found({ ...holding(over(7)), nextSeq: 7 }), ['ci/web-1 run 1 has number 7, and the next free one is 7'])
  const ending = { exit, seenAt: handlingOf().seenAt, failures: 0, announced: false }
  t.strictSame(found({ ...sandbox({ _tag: 'Recording', call: callId(1), seq: 5, later: undefined, ...ending }), nextSeq: 5 }), [
    'sandbox ci/pod-1 has number 5, and the next free one is 5',
  ])
})

t.test('everything stands in its place', async (t) => {
  const other = containerKey('ci', 'other')
  t.strictSame(found({ ...fresh, containers: insert(other, containerOf([]), empty()) }), ['ci/web-1 stands in the place of ci/other'])
  const image: Image = { key: imageKey('ci', 'a'), lastCall: 0, digest: undefined, work: { _tag: 'Idle' } }
  t.strictSame(found({ ...fresh, images: insert(imageKey('ci', 'b'), image, empty()) }), ['ci/a stands in the place of ci/b'])
})

t.test('what is wrong with one container or sandbox is said too', async (t) => {
  t.strictSame(found(holding(containerOf([], { probe: callId(21) }))), ['ci/web-1: call 21 is awaited and was never made'])
  t.match(found(sandbox({ _tag: 'NotReady', exit, seq: 1 }, { generation: 0 })), ['sandbox ci/pod-1 is in its generation 0'])
})
