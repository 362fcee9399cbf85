/**
 * One registered plugin: what it asked for, and the calls it gets, one after the other. A plugin that does not answer in time, or whose
 * connection ends, is given up; one that says no stays.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import {
  ConfigureRequest,
  ConfigureResponse,
  type ContainerUpdate,
  EventRequest,
  EventResponse,
  StateChangeEvent,
  SynchronizeRequest,
  SynchronizeResponse,
} from '../proto/gen/nri/api.ts'
import { chunked } from './chunks.ts'
import { eventNumber, hasStateChange, type NriEvent, type NriEventName, pluginService, readMask, wants } from './events.ts'
import { makeLane } from './lane.ts'
import type { Peer } from './peer.ts'
import { decodeMessage, encodeMessage, type Message } from '../ttrpc/codec.ts'
import { type CallError, code, describeCallError, refused } from '../ttrpc/status.ts'
import type { NriSnapshot } from './world.ts'

/** Who a plugin is: two digits that say when its turn is, and a name. Nothing keeps two from having both the same. */
export interface PluginName {
  readonly index: string
  readonly name: string
}

export const pluginLabel = ({ index, name }: PluginName): string => `${index}-${name}`

export interface PluginOptions extends PluginName {
  readonly peer: Peer
  readonly config: string
  readonly runtimeName: string
  readonly runtimeVersion: string
  readonly registrationTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly log: Log
  readonly clock: Pick<Clock, 'monotonic'>
}

export interface Plugin extends PluginName {
  readonly peer: Peer
  /** Whether the plugin asked to be told. True while that is not known yet. */
  readonly mayWant: (event: NriEventName) => boolean
  /** Configures it: resolves to whether it goes on. What it is told waits behind this. */
  readonly configure: () => Promise<boolean>
  /** Tells it what there is, read when its turn comes; gives what it asks to be changed. */
  readonly synchronize: (snapshot: () => Promise<NriSnapshot>) => Promise<ReadonlyArray<ContainerUpdate>>
  /** Tells it of an event, if it wants to know; gives what it asks to be changed. */
  readonly tell: (event: NriEvent) => Promise<ReadonlyArray<ContainerUpdate>>
}

/** Events that may wait for one plugin. */
const capacity = 4_096
/** The version of NRI that we speak. */
const nriVersion = 'v0.12.0'

export const makePlugin = (options: PluginOptions): Plugin => {
  const { index, name, peer, requestTimeoutMs, log, clock } = options
  const plugin = pluginLabel(options)
  const lane = makeLane(capacity, () => peer.close(`it cannot keep up: more than ${capacity} events wait for it`))
  void peer.ended.then(lane.close)
  let mask: number | undefined
  let byStateChange = false

  const ask = async <A, B>(
    method: string,
    request: Message<A>,
    message: A,
    response: Message<B>,
    ms: number,
  ): Promise<E.Either<CallError, B>> => {
    const payload = encodeMessage(request, message)
    if (E.isLeft(payload)) return E.left(refused(code.internal, payload.left))
    const answered = await peer.call(pluginService, method, payload.right, ms)()
    if (E.isLeft(answered)) return answered
    return E.mapLeft((why: string): CallError => ({ _tag: 'Unreadable', message: why }))(decodeMessage(response, answered.right))
  }
  /** What becomes of a plugin that failed. */
  const giveUp = (method: string, error: CallError): void => peer.close(describeCallError(`Plugin.${method}`, error))
  const complain = (method: string, error: CallError): void => {
    if (error._tag === 'Refused' || error._tag === 'TooLarge') {
      log.warn('an NRI plugin failed, going on without its answer', { plugin, error: describeCallError(`Plugin.${method}`, error) })
    } else giveUp(method, error)
  }

  const configure = async (): Promise<void> => {
    const { config, runtimeName, runtimeVersion, registrationTimeoutMs } = options
    const request: ConfigureRequest = ConfigureRequest.fromPartial({
      config,
      runtimeName,
      runtimeVersion,
      registrationTimeout: BigInt(registrationTimeoutMs),
      requestTimeout: BigInt(requestTimeoutMs),
      NRIVersion: nriVersion,
    })
    const answered = await ask('Configure', ConfigureRequest, request, ConfigureResponse, requestTimeoutMs)
    if (E.isLeft(answered)) return giveUp('Configure', answered.left)
    const read = readMask(answered.right.events)
    if (E.isLeft(read)) return peer.close(`Cannot use the events it asks for: ${read.left}`)
    mask = read.right
  }

  const synchronize = async (snapshot: () => Promise<NriSnapshot>): Promise<ReadonlyArray<ContainerUpdate>> => {
    if (mask === undefined) return []
    const { chunks, leftOut } = chunked(await snapshot())
    if (leftOut.length > 0) log.warn('too large for an NRI message, left out of the synchronisation', { plugin, ids: leftOut })
    const began = clock.monotonic()
    for (const [place, { pods, containers }] of chunks.entries()) {
      const more = place < chunks.length - 1
      const request: SynchronizeRequest = SynchronizeRequest.fromPartial({ pods: [...pods], containers: [...containers], more })
      const ms = Math.max(0, requestTimeoutMs - (clock.monotonic() - began)) // for all chunks together
      const answered = await ask('Synchronize', SynchronizeRequest, request, SynchronizeResponse, ms)
      if (E.isLeft(answered)) {
        giveUp('Synchronize', answered.left)
        return []
      }
      if (!more) return answered.right.update
      if (!answered.right.more || answered.right.update.length > 0) {
        peer.close('Cannot synchronise: it does not take the state in several parts, and there is too much for one')
        return []
      }
    }
    return []
  }

  const stateChange = async ({ name: event, pod, container }: NriEvent): Promise<ReadonlyArray<ContainerUpdate>> => {
    const change: StateChangeEvent = { ...StateChangeEvent.fromPartial({}), event: eventNumber[event], pod, container }
    const answered = await ask('StateChange', StateChangeEvent, change, EventResponse, requestTimeoutMs)
    if (E.isLeft(answered)) complain(`StateChange of ${event}`, answered.left)
    return []
  }
  const tell = async (event: NriEvent): Promise<ReadonlyArray<ContainerUpdate>> => {
    const { name: method, pod, container } = event
    if (mask === undefined || !wants(mask, method)) return []
    if (byStateChange && hasStateChange(method)) return await stateChange(event)
    const request: EventRequest = { ...EventRequest.fromPartial({}), pod, container }
    const answered = await ask(method, EventRequest, request, EventResponse, requestTimeoutMs)
    if (E.isRight(answered)) return answered.right.update
    if (hasStateChange(method) && answered.left._tag === 'Refused' && answered.left.code === code.unimplemented) {
      byStateChange = true // made with an older NRI, and so it stays
      return await stateChange(event)
    }
    complain(method, answered.left)
    return []
  }

  const inTurn = async <A>(nothing: A, job: () => Promise<A>): Promise<A> => {
    let result = nothing
    await lane.add(async () => void (result = await job()))
    return result
  }
  return {
    index,
    name,
    peer,
    mayWant: (event) => mask === undefined || wants(mask, event),
    configure: async () => {
      await lane.add(configure)
      return mask !== undefined
    },
    synchronize: (snapshot) => inTurn([], () => synchronize(snapshot)),
    tell: (event) => inTurn([], () => tell(event)),
  }
}
