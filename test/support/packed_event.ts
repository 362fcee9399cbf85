/** Envelopes as containerd publishes them: a topic, and a message packed into an Any. */
import type { Envelope } from '../../shell/proto/gen/containerd/types.ts'

interface Message<A> {
  readonly encode: (message: A) => { readonly finish: () => Uint8Array }
}

/** An event in namespace `ci`, unless told. */
export const packed = <A>(topic: string, typeUrl: string, codec: Message<A>, message: A, namespace = 'ci'): Envelope => ({
  timestamp: undefined,
  namespace,
  topic,
  event: { typeUrl, value: codec.encode(message).finish() },
})
