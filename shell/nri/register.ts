/**
 * How a connection becomes a plugin: it has to say who it is, once and in time.
 *
 * @module
 */
import type { Duplex } from 'node:stream'
import * as E from 'fp-ts/lib/Either.js'
import type { Clock } from '../clock.ts'
import { RegisterPluginRequest, UpdateContainersRequest, UpdateContainersResponse } from '../proto/gen/nri/api.ts'
import { runtimeService } from './events.ts'
import { makePeer, type Peer } from './peer.ts'
import type { PluginName } from './plugin.ts'
import { decodeMessage, encodeMessage } from '../ttrpc/codec.ts'
import type { Handler } from '../ttrpc/server.ts'
import { code, refused, shown } from '../ttrpc/status.ts'
import type { ContainerUpdate } from './world.ts'
import { stoppable } from '../task/cancellable.ts'

export interface Registering {
  readonly clock: Pick<Clock, 'sleep'>
  readonly registrationTimeoutMs: number
  /** Of a plugin that we started: its name is its file's, whatever it says. */
  readonly known?: PluginName
  /** Carries out what a plugin asks for by itself; gives what could not be done. */
  readonly update: (updates: ReadonlyArray<ContainerUpdate>) => Promise<ReadonlyArray<ContainerUpdate>>
}

export interface Registration {
  readonly peer: Peer
  /** Who it is, once it has said so and been answered; undefined if the connection ends before. */
  readonly name: Promise<PluginName | undefined>
}

const nothing = new Uint8Array(0)

export const awaitRegistration = (socket: Duplex, { clock, registrationTimeoutMs, known, update }: Registering): Registration => {
  let registered = false
  let whenNamed: (name: PluginName | undefined) => void = () => undefined
  const named = new Promise<PluginName | undefined>((resolve) => whenNamed = resolve)

  const register: Handler = (payload) => {
    if (registered) return refuse(code.failedPrecondition, 'this connection has registered a plugin already')
    const name = known === undefined ? readName(payload) : E.right(known)
    if (E.isLeft(name)) {
      // After the answer, so that the plugin can say what was wrong with it.
      setImmediate(() => peer.close(`Cannot register a plugin: ${name.left}`))
      return refuse(code.invalidArgument, name.left)
    }
    registered = true
    // The answer is on its way before anything else is asked: nothing but promises is between here and its sending.
    setImmediate(() => whenNamed(name.right))
    return Promise.resolve(E.right(nothing))
  }
  const updateContainers: Handler = async (payload) => {
    if (!registered) return E.left(refused(code.failedPrecondition, 'register first'))
    const request = decodeMessage(UpdateContainersRequest, payload)
    if (E.isLeft(request)) return E.left(refused(code.internal, `cannot read the request: ${request.left}`))
    const failed = await update(request.right.update)
    const answer = encodeMessage(UpdateContainersResponse, UpdateContainersResponse.fromPartial({ failed: [...failed] }))
    return E.mapLeft((why: string) => refused(code.internal, why))(answer)
  }

  const services = { [runtimeService]: { RegisterPlugin: register, UpdateContainers: updateContainers } }
  const peer = makePeer(socket, { clock, services })
  const timer = stoppable()
  void clock.sleep(registrationTimeoutMs, timer.signal).then((how) => {
    if (how === 'elapsed' && !registered) peer.close(`Cannot register a plugin: it said nothing for ${registrationTimeoutMs} ms`)
  })
  void peer.ended.then(() => {
    timer.abort()
    whenNamed(undefined)
  })
  void named.then(() => timer.abort())
  return { peer, name: named }
}

const refuse = (statusCode: number, message: string): ReturnType<Handler> => Promise.resolve(E.left(refused(statusCode, message)))

/**
 * Name and index out of a RegisterPlugin request.
 */
export const readName = (payload: Uint8Array): E.Either<string, PluginName> => {
  const request = decodeMessage(RegisterPluginRequest, payload)
  if (E.isLeft(request)) return E.left(`cannot read the request: ${request.left}`)
  const { pluginName: name, pluginIdx: index } = request.right
  if (!/^[A-Za-z0-9_.+-]+$/.test(name)) return E.left(`wanted a name of letters, digits and _.+-, found "${shown(name)}"`)
  if (!/^[0-9][0-9]$/.test(index)) return E.left(`wanted an index of two digits, found "${shown(index)}"`)
  return E.right({ index, name })
}
