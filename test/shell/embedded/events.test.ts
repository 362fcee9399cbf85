import t from 'tap'
import * as events from '../../../shell/embedded/events.ts'
import { parseFilters, passes } from '../../../shell/embedded/filter.ts'
import { TaskExit } from '../../../shell/proto/gen/containerd/event_types.ts'

const exit = { status: 137, atNs: 1_700_000_000_000_000_001n }

t.test('the type_url is the bare message name', async (t) => {
  const { topic, event } = events.taskExit('web', 'web', 7, exit)
  t.equal(topic, '/tasks/exit')
  t.equal(event.typeUrl, 'containerd.events.TaskExit')
  t.match(TaskExit.decode(event.value), { containerId: 'web', pid: 7, exitStatus: 137, exitedAt: { seconds: 1_700_000_000n, nanos: 1 } })
  t.equal(
    events.imageCreate('a', new Map()).event.typeUrl,
    'containerd.services.images.v1.ImageCreate',
    'images have a package of their own',
  )
})

t.test('every event says what it is about', async (t) => {
  const rows = [
    [events.taskCreate('c', 1, '/b'), 'c'],
    [events.taskStart('c', 1), 'c'],
    [events.taskExit('c', 'exec', 1, exit), 'c'],
    [events.taskDelete('c', 1, exit), 'c'],
    [events.taskOom('c'), 'c'],
    [events.execAdded('c', 'e'), 'c'],
    [events.execStarted('c', 'e', 1), 'c'],
    [events.taskPaused('c'), 'c'],
    [events.taskResumed('c'), 'c'],
    [events.containerCreate('c', '', 'r'), 'c'],
    [events.containerUpdate({ id: 'c', image: '', labels: new Map(), snapshotKey: '' }), 'c'],
    [events.containerDelete('c'), 'c'],
    [events.namespaceCreate('n', new Map()), 'n'],
    [events.namespaceDelete('n'), 'n'],
    [events.sandboxExit('s', exit), 's'],
    [events.imageCreate('i', new Map()), 'i'],
    [events.imageUpdate('i', new Map()), 'i'],
    [events.imageDelete('i'), 'i'],
  ] as const
  for (const [{ topic, event }, wanted] of rows) t.equal(events.subjectOf(event), wanted, topic)
  t.equal(events.subjectOf(undefined), '')
  t.equal(events.subjectOf({ typeUrl: 'x', value: new Uint8Array() }), '')
})

t.test('filters see texts and maps of known events, nothing of others', async (t) => {
  const seen = (filter: string, event: events.Publication): boolean => {
    const parsed = parseFilters([filter])
    return parsed._tag === 'Right' && passes(parsed.right, events.envelopeFields('ci', event))
  }
  const one = events.taskExit('web', 'exec-1', 7, exit)
  t.equal(seen('namespace==ci,topic=="/tasks/exit",event.container_id==web,event.id==exec-1', one), true)
  t.equal(seen('event.pid', one), false)
  t.equal(seen('event.labels.a.b==c', events.imageUpdate('i', new Map([['a.b', 'c']]))), true)
  t.equal(seen('event.id', { topic: '/x', event: { typeUrl: 'unheard.of', value: new Uint8Array([1]) } }), false)
  t.equal(seen('event.id', { topic: '/x', event: { typeUrl: one.event.typeUrl, value: new Uint8Array([255]) } }), false, 'a broken one')
})
