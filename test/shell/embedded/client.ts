/** A plain grpc-js client for the tests of the embedded containerd: promises, no retries, nothing of the shell's own client. */
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { EventsService } from '../../../shell/proto/gen/containerd/events.ts'
import { type Envelope } from '../../../shell/proto/gen/containerd/types.ts'

/** How a unary method stands in the generated services. */
interface Method<Req, Res> {
  readonly path: string
  readonly requestSerialize: (value: Req) => Buffer
  readonly responseDeserialize: (bytes: Buffer) => Res
}

export interface Asking {
  /** Default: `default`. Empty: no header. */
  readonly namespace?: string
  readonly deadlineMs?: number
  /** Gets what cancels the call. */
  readonly onCall?: (cancel: () => void) => void
}

export const metadataFor = (namespace: string): Metadata => {
  const metadata = new Metadata()
  if (namespace !== '') metadata.set('containerd-namespace', namespace)
  return metadata
}

/** A client that comes back to a daemon soon after it was lost. */
export const connect = (target: string): Client =>
  new Client(target, credentials.createInsecure(), {
    'grpc.enable_retries': 0,
    'grpc.initial_reconnect_backoff_ms': 20,
    'grpc.max_reconnect_backoff_ms': 50,
  })

/** Calls and gives the answer; rejects with the error's code and details. */
export const ask = <Req, Res>(client: Client, method: Method<Req, Res>, request: Req, asking: Asking = {}): Promise<Res> =>
  new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest<Req, Res>(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      metadataFor(asking.namespace ?? 'default'),
      asking.deadlineMs === undefined ? {} : { deadline: Date.now() + asking.deadlineMs },
      (error, response) => {
        if (error === null) resolve(response as Res) // without an error there is a response
        else reject(error)
      },
    )
    asking.onCall?.(() => call.cancel())
  })

const isServiceError = (error: unknown): error is ServiceError => error instanceof Error && 'code' in error && 'details' in error

/** How a call failed, as `[code, details]`; a call that did not fail rejects. */
export const refusalOf = async (call: Promise<unknown>): Promise<readonly [number, string]> => {
  try {
    await call
  } catch (error) {
    if (isServiceError(error)) return [error.code, error.details]
    throw error
  }
  throw new Error('wanted a refusal, found an answer')
}

/** A subscription that keeps what comes: its events so far, and with which code it ended. */
export interface Subscription {
  readonly seen: Array<Envelope>
  readonly topics: () => ReadonlyArray<string>
  /** Resolves when `n` events have come. */
  readonly count: (n: number) => Promise<void>
  readonly ended: Promise<number>
  readonly end: () => void
}

export const subscribe = (client: Client, filters: ReadonlyArray<string> = []): Subscription => {
  const seen: Array<Envelope> = []
  const { path, requestSerialize, responseDeserialize } = EventsService.subscribe
  const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { filters }, new Metadata())
  stream.on('data', (envelope: Envelope) => seen.push(envelope))
  const ended = new Promise<number>((resolve) => {
    stream.once('error', (error: ServiceError) => resolve(error.code))
    stream.once('end', () => resolve(0))
  })
  return {
    seen,
    topics: () => seen.map(({ topic }) => topic),
    count: (n) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (seen.length < n) return
          stream.off('data', check)
          resolve()
        }
        stream.on('data', check)
        check()
      }),
    ended,
    end: () => stream.cancel(),
  }
}
