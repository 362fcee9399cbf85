import t from 'tap'
import type { Run } from '../../../core/container/phase.ts'
import type { ContainerFacts, CriContainer } from '../../../core/cri/types.ts'
import { podFactsFor, podIdOf, podState, renderContainer, renderStopped, unknownFacts, withPodLabels } from '../../../core/cri/render.ts'
import type { Exit } from '../../../core/exit.ts'
import { millis, nanos } from '../../../core/ids.ts'
import type { Sandbox } from '../../../core/state.ts'

const facts: ContainerFacts = { ...unknownFacts('a', nanos(100n)), image: 'img' }
const exit = (code: number, rank: Exit['rank'] = 'observed'): Exit => ({ code, at: nanos(900n), rank })
const run = (phase: unknown, oom = 'None'): Run =>
  ({ id: { namespace: 'ci', id: 'a', pid: 7, generation: 1 }, oom: { _tag: oom }, phase }) as unknown as Run
const show = (...runs: ReadonlyArray<Run>): CriContainer => renderContainer({ id: 'a', runs }, 'p', facts, nanos(500n))
const inWords = ({ state, startedAt, end }: CriContainer): string =>
  `${state} ${startedAt ?? '-'} ${end === undefined ? '-' : `${end.at} ${end.code} ${end.reason}`}`

t.test('states and times', async (t) => {
  t.equal(inWords(show()), 'CREATED - -')
  t.equal(inWords(show(run({ _tag: 'Running' }))), 'RUNNING 500 -')
  const handling = { exit: exit(0) }
  for (const _tag of ['Recorded', 'Deleting', 'Recording', 'BackingOff']) {
    t.equal(inWords(show(run({ _tag, handling }))), 'EXITED 500 900 0 Completed', `${_tag}: shown from the record on`)
  }
  t.equal(inWords(show(run({ _tag: 'Exited', exit: exit(3) }))), 'EXITED 500 900 3 Error')
  t.equal(inWords(show(run({ _tag: 'Announced', over: { exit: exit(3) } }))), 'EXITED 500 900 3 Error')
  t.equal(inWords(show(run({ _tag: 'Exited', exit: exit(3) }), run({ _tag: 'Running' }))), 'RUNNING 500 -', 'the newest run counts')
})

t.test('reasons', async (t) => {
  t.equal(show(run({ _tag: 'Exited', exit: exit(137) }, 'Noted')).end?.reason, 'OOMKilled')
  t.equal(show(run({ _tag: 'Exited', exit: exit(255, 'inferred') })).end?.reason, 'Unknown')
  t.equal(show(run({ _tag: 'Exited', exit: exit(137, 'synthesised') })).end?.reason, 'Error')
})

t.test('a container is never started after its end, nor at no time', async (t) => {
  const late = renderContainer({ id: 'a', runs: [run({ _tag: 'Exited', exit: exit(0) })] }, 'p', facts, nanos(901n))
  t.equal(late.startedAt, 900n)
  t.equal(renderContainer({ id: 'a', runs: [run({ _tag: 'Running' })] }, 'p', facts, undefined).startedAt, 100n, 'when it was created')
  t.equal(unknownFacts('a', nanos(0n)).createdAt, 1n, 'clients refuse 0')
})

t.test('as it was announced', async (t) => {
  const said = renderStopped(
    {
      _tag: 'Announcement',
      seq: 1,
      type: 'CONTAINER_STOPPED',
      run: { namespace: 'ci', id: 'a', pid: 7, generation: 1 },
      sandboxId: undefined,
      exitCode: 137,
      exitedAt: nanos(900n),
      reason: 'OOMKilled',
      attempts: 1,
      handlingMs: 1,
      at: millis(1),
    },
    'p',
    facts,
    undefined,
  )
  t.equal(inWords(said), 'EXITED 100 900 137 OOMKilled')
})

t.test('whose pod it is', async (t) => {
  t.equal(podIdOf('a', 'p', 'container'), 'p')
  t.equal(podIdOf('a', undefined, 'sandbox'), 'a')
  t.equal(podIdOf('a', undefined, 'container'), 'a:pod', 'no container can have that id')
})

t.test('what a pod is called when nobody keeps a record of it', async (t) => {
  const { name, namespace, uid } = podFactsFor('a:pod', 'ci', facts)
  t.strictSame([name, namespace, uid], ['a', 'ci', 'a:pod'])
  t.equal(podFactsFor('p', 'ci', facts).name, 'p')
  const labels = new Map([['io.kubernetes.pod.name', 'web'], ['io.kubernetes.pod.namespace', 'default'], ['io.kubernetes.pod.uid', 'u'], [
    'x',
    'y',
  ]])
  const labelled = podFactsFor('p', 'ci', { ...facts, labels })
  t.strictSame([labelled.name, labelled.namespace, labelled.uid, labelled.labels.has('x')], ['web', 'default', 'u', false])
  t.equal(withPodLabels({ ...facts, labels }, labelled).labels, labels, 'what is there stays')
  t.equal(withPodLabels(facts, podFactsFor('a:pod', 'ci', facts)).labels.get('io.kubernetes.pod.namespace'), 'ci')
})

t.test('a pod is as its sandbox is, else as its pause container, else as what is in it', async (t) => {
  const sandbox = (_tag: string): Sandbox => ({ phase: { _tag } }) as unknown as Sandbox
  const [running, exited] = [show(run({ _tag: 'Running' })), show(run({ _tag: 'Exited', exit: exit(0) }))]
  t.equal(podState(sandbox('Ready'), undefined, [exited]), 'READY')
  t.equal(podState(sandbox('NotReady'), undefined, [running]), 'NOTREADY')
  t.equal(podState(sandbox('Recording'), undefined, [running]), 'NOTREADY')
  t.equal(podState(undefined, running, [exited]), 'READY')
  t.equal(podState(undefined, exited, [running]), 'NOTREADY')
  t.equal(podState(undefined, undefined, [exited, show()]), 'READY')
  t.equal(podState(undefined, undefined, [exited]), 'NOTREADY')
})
