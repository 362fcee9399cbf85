import t from 'tap'
import { EventsService } from '../../../shell/proto/gen/containerd/events.ts'
import { Envelope } from '../../../shell/proto/gen/containerd/types.ts'
import { ask, refusalOf, subscribe } from './client.ts'
import { code, withStand } from './with_stand.ts'

const event = { typeUrl: 'my.own', value: new Uint8Array([1, 2]) }

t.test('what is published or forwarded reaches the subscribers whose filters it passes', () =>
  withStand(async (stand, client) => {
    const all = subscribe(client)
    const some = subscribe(client, ['topic=="/x/y",namespace==ci', 'topic~="^/z"'])
    await stand.calls.called('Events/Subscribe', undefined, 2)
    await ask(client, EventsService.publish, { topic: '/x/y', event }, { namespace: 'ci' })
    await ask(client, EventsService.publish, { topic: '/x/y', event }, { namespace: 'other' })
    const forwarded = Envelope.fromPartial({ topic: '/z', namespace: 'other', event, timestamp: { seconds: 7n, nanos: 8 } })
    await ask(client, EventsService.forward, { envelope: forwarded }, { namespace: '' })
    await all.count(3)
    await some.count(2)
    t.same(some.seen.map(({ topic, namespace }) => [topic, namespace]), [['/x/y', 'ci'], ['/z', 'other']])
    t.same(some.seen[1]?.timestamp?.seconds, 7n, 'relayed as it came')
    t.same([...some.seen[0]?.event?.value ?? []], [1, 2])
    all.end()
    t.equal(await all.ended, code.CANCELLED)
    await stand.calls.answered('Events/Subscribe')
  }))

t.test('refuses bad topics, filters and envelopes', () =>
  withStand(async (_stand, client) => {
    const publish = (topic: string, namespace = 'ci') => refusalOf(ask(client, EventsService.publish, { topic, event }, { namespace }))
    t.same(await publish('x'), [code.INVALID_ARGUMENT, `envelope topic "x": must start with '/': invalid argument`])
    t.same(await publish('/x/'), [
      code.INVALID_ARGUMENT,
      'envelope topic "/x/": failed validation on component "": identifier must not be empty: invalid argument',
    ])
    t.equal((await publish(''))[0], code.INVALID_ARGUMENT)
    t.equal((await publish('/x', ''))[0], code.FAILED_PRECONDITION)
    const forward = (envelope: Envelope | undefined) => refusalOf(ask(client, EventsService.forward, { envelope }))
    const good = Envelope.fromPartial({ topic: '/z', namespace: 'ci', timestamp: { seconds: 1n } })
    for (const bad of [undefined, { ...good, topic: 'z' }, { ...good, namespace: '' }, { ...good, timestamp: undefined }]) {
      t.equal((await forward(bad))[0], code.INVALID_ARGUMENT)
    }
    t.equal(await subscribe(client, ['topic==/tasks/exit']).ended, code.UNKNOWN)
  }))
