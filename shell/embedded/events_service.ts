/**
 * containerd's events service on the exchange: subscribe, publish, and the way in for shims.
 *
 * @module
 */
import { status } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import { type EventsServer } from '../proto/gen/containerd/events.ts'
import { type Exchange } from './exchange.ts'
import { parseFilters } from './filter.ts'
import { aborted } from './latch.ts'
import { type Answer, invalid, isIdentifier, namespaceOf, refusal } from './refusal.ts'
import { type Rpc } from './rpc.ts'

/** A topic is a path of identifiers. */
const topicOf = (topic: string): Answer<string> => {
  if (topic === '') return invalid(`envelope topic "${topic}": must not be empty`)
  if (!topic.startsWith('/')) return invalid(`envelope topic "${topic}": must start with '/'`)
  const wrong = topic.slice(1).split('/').find((part) => !isIdentifier(part))
  if (wrong === undefined) return E.right(topic)
  const problem = wrong === '' ? 'identifier must not be empty' : `identifier "${wrong}" must be made of letters, digits and .-_`
  return invalid(`envelope topic "${topic}": failed validation on component "${wrong}": ${problem}`)
}

const none = { typeUrl: '', value: new Uint8Array() }

export const eventsServer = (exchange: Exchange, { unary, stream }: Rpc): EventsServer => ({
  publish: unary({ call: 'Events/Publish', namespaced: true, subject: () => ({}) }, ({ topic, event }, { namespace }) =>
    E.map(() => {
      exchange.publish(namespace, { topic, event: event ?? none })
      return {}
    })(topicOf(topic))),
  forward: unary({ call: 'Events/Forward', namespaced: false, subject: () => ({}) }, ({ envelope }) => {
    if (envelope === undefined) return invalid('envelope must not be empty')
    const namespace = namespaceOf(envelope.namespace)
    const topic = topicOf(envelope.topic)
    if (namespace._tag === 'Left') return invalid(`envelope namespace "${envelope.namespace}"`)
    if (topic._tag === 'Left') return topic
    if (envelope.timestamp === undefined) return invalid('envelope timestamp must be set on forwarded event')
    exchange.forward(envelope)
    return E.right({})
  }),
  subscribe: stream({ call: 'Events/Subscribe', namespaced: false, subject: () => ({}) }, async ({ filters }, { signal }, write) => {
    const parsed = parseFilters(filters)
    if (parsed._tag === 'Left') {
      return E.left(refusal(status.UNKNOWN, `subscription error: failed parsing subscription filters: ${parsed.left}: invalid argument`))
    }
    const end = exchange.subscribe(parsed.right, write)
    await aborted(signal)
    end()
    return E.right(undefined)
  }),
})
