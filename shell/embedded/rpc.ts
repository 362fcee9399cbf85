/**
 * Between gRPC and the services: reads the namespace, keeps the log, lets the faults strike, and turns answers into callbacks.
 * Knows nothing of what the calls do.
 *
 * @module
 */
import { type handleServerStreamingCall, type handleUnaryCall, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { type CallLog } from './calls.ts'
import { type CallFault, type FaultBox, type Struck } from './faults.ts'
import { aborted } from './latch.ts'
import { type Answer, namespaceOf, type Refusal } from './refusal.ts'

/** What a handler gets beside the request. */
export interface Context {
  /** Empty for the few calls that need none. */
  readonly namespace: string
  /** Aborted when the caller has gone: cancelled, past its deadline, or cut off. */
  readonly signal: AbortSignal
  /** For calls that hang inside the shim: what to wait for there. */
  readonly hold: Hold | undefined
  /** When the caller stops waiting, in milliseconds since 1970; infinite without a deadline. */
  readonly deadline: number
}

/** A wait inside the shim, and whether the caller's deadline ends it there too. */
export interface Hold {
  readonly until: Promise<void>
  readonly cutByDeadline: boolean
}

/** Which object a request names. */
export interface Subject {
  readonly id?: string
  readonly execId?: string
}

export interface Method<Req> {
  /** `Service/Method`. */
  readonly call: string
  readonly namespaced: boolean
  readonly subject: (request: Req) => Subject
  /** Whether a hanging or late call does its waiting in the shim. */
  readonly holdsInShim?: boolean
}

export interface Rpc {
  readonly unary: <Req, Res>(
    method: Method<NoInfer<Req>>,
    handle: (request: Req, context: Context) => Answer<Res> | Promise<Answer<Res>>,
  ) => handleUnaryCall<Req, Res>
  /** The handler writes until it has nothing more to say, or the signal is aborted. */
  readonly stream: <Req, Res>(
    method: Method<NoInfer<Req>>,
    handle: (request: Req, context: Context, write: (message: Res) => void) => Promise<Answer<void>>,
  ) => handleServerStreamingCall<Req, Res>
}

const serviceError = ({ code, message }: Refusal): ServiceError =>
  Object.assign(new Error(message), { code, details: message, metadata: new Metadata() })

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const waitOf = (struck: Struck<CallFault> | undefined): Promise<void> | undefined =>
  struck?.fault._tag === 'Hanging' ? struck.released : struck?.fault._tag === 'Late' ? sleep(struck.fault.ms) : undefined

const gone: Refusal = { code: status.CANCELLED, message: 'context canceled' }

interface Caller {
  once(event: 'cancelled', listener: () => void): unknown
  getDeadline(): Date | number
}

export const makeRpc = (log: CallLog, faults: FaultBox): Rpc => {
  /** Runs a handler between its faults. Right or Left is what the caller is to hear; the log says what was really answered. */
  const between = async <Res>(
    struck: Struck<CallFault> | undefined,
    holdsInShim: boolean,
    signal: AbortSignal,
    handle: (hold: Hold | undefined) => Answer<Res> | Promise<Answer<Res>>,
  ): Promise<Answer<Res>> => {
    const fault = struck?.fault
    if (fault?._tag === 'Refused') return { _tag: 'Left', left: fault.refusal }
    const wait = waitOf(struck)
    if (wait !== undefined && !holdsInShim) {
      await Promise.race([wait, aborted(signal)])
      if (signal.aborted) return { _tag: 'Left', left: gone }
    }
    const cutByDeadline = fault?._tag === 'Hanging' && fault.cutByDeadline
    const answer = await handle(holdsInShim && wait !== undefined ? { until: wait, cutByDeadline } : undefined)
    if (fault?._tag === 'AnswerHeld') await Promise.race([struck?.released, aborted(signal)])
    return fault?._tag === 'AnswerLost' ? { _tag: 'Left', left: fault.refusal } : answer
  }

  const serve = async <Req, Res>(
    { call, namespaced, subject, holdsInShim = false }: Method<Req>,
    request: Req,
    metadata: Metadata,
    caller: Caller,
    handle: (context: Context) => Answer<Res> | Promise<Answer<Res>>,
  ): Promise<Answer<Res>> => {
    const controller = new AbortController()
    const header = String(metadata.get('containerd-namespace')[0] ?? '')
    const { id = '', execId = '' } = subject(request)
    const end = log.begin({ call, namespace: header, id, execId, request })
    caller.once('cancelled', () => {
      end(status.CANCELLED)
      controller.abort()
    })
    const namespace: Answer<string> = namespaced ? namespaceOf(header) : { _tag: 'Right', right: header }
    if (namespace._tag === 'Left') {
      end(namespace.left.code)
      return namespace
    }
    const { signal } = controller
    const answer = await between(
      faults.call(call, header, id),
      holdsInShim,
      signal,
      (hold) => handle({ namespace: namespace.right, signal, hold, deadline: Number(caller.getDeadline()) }),
    )
    end(answer._tag === 'Left' ? answer.left.code : status.OK)
    return answer
  }

  return {
    unary: (method, handle) => (call, callback) => {
      serve(method, call.request, call.metadata, call, (context) => handle(call.request, context)).then(
        (answer) => (answer._tag === 'Left' ? callback(serviceError(answer.left)) : callback(null, answer.right)),
        (bug: unknown) => callback(serviceError({ code: status.INTERNAL, message: String(bug) })),
      )
    },
    stream: (method, handle) => (call) => {
      const write = (message: Parameters<typeof call.write>[0]): void => void call.write(message)
      serve(method, call.request, call.metadata, call, (context) => handle(call.request, context, write)).then(
        (answer) => (answer._tag === 'Left' ? call.emit('error', serviceError(answer.left)) : call.end()),
        (bug: unknown) => call.emit('error', serviceError({ code: status.INTERNAL, message: String(bug) })),
      )
    },
  }
}
