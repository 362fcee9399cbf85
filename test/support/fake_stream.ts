/** The event stream of a containerd that a test speaks for: who subscribed, what is sent to it, and how it ends. */
import * as E from 'fp-ts/lib/Either.js'
import type { Containerd } from '../../shell/containerd/client.ts'
import type { ShellError } from '../../shell/errors.ts'
import type { Envelope } from '../../shell/proto/gen/containerd/types.ts'
import { openCall, succeeds } from './fake_containerd.ts'

export interface FakeStream {
  /** Goes into a fake containerd. What is published comes back on the stream, unless `echo` is off. */
  readonly calls: Pick<Containerd, 'subscribe' | 'publish'>
  /** Hands an envelope to the newest subscriber; gives what asks for patience. */
  readonly send: (envelope: Envelope) => Promise<void> | undefined
  /** Ends the stream that is open. */
  readonly end: (error?: ShellError) => void
  readonly opened: () => number
  readonly aborted: () => number
  /** Every filter list that was asked for, and every topic that was published. */
  readonly filters: ReadonlyArray<ReadonlyArray<string>>
  readonly published: ReadonlyArray<{ readonly namespace: string; readonly topic: string }>
}

export const fakeStream = ({ echo = () => true, refuse }: {
  /** Whether the n-th thing that is published comes back. */
  readonly echo?: (n: number) => boolean
  /** How the n-th subscription ends at once; undefined: it stays open. */
  readonly refuse?: (n: number) => ShellError | undefined
} = {}): FakeStream => {
  const stream = openCall<void>()
  const filters: Array<ReadonlyArray<string>> = []
  const published: Array<{ readonly namespace: string; readonly topic: string }> = []
  let deliver: (envelope: Envelope) => Promise<void> | undefined = () => undefined
  return {
    calls: {
      subscribe: (asked, onEnvelope) => (env) => () => {
        filters.push(asked)
        const refusal = refuse?.(filters.length)
        if (refusal !== undefined) return Promise.resolve(E.left(refusal))
        deliver = onEnvelope
        return stream.call(env)()
      },
      publish: (namespace, topic, event) => (env) => () => {
        published.push({ namespace, topic })
        if (echo(published.length)) void deliver({ timestamp: undefined, namespace, topic, event })
        return succeeds(undefined)(env)()
      },
    },
    send: (envelope) => deliver(envelope),
    end: (error) => stream.answer(error === undefined ? E.right(undefined) : E.left(error)),
    opened: stream.starts,
    aborted: stream.aborts,
    filters,
    published,
  }
}
