/**
 * The methods of RuntimeService and ImageService that are served, bound to grpc-js. Everything else of CRI is answered UNIMPLEMENTED.
 *
 * @module
 */
import { type handleServerStreamingCall, type handleUnaryCall, Metadata, type Server, type ServiceError, status } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import { millis, toNanos } from '../../core/index.ts'
import type { Clock } from '../clock.ts'
import {
  type GetEventsRequest,
  type ImageServiceServer,
  ImageServiceService,
  type RuntimeServiceServer,
  RuntimeServiceService,
} from '../proto/gen/cri/runtime.ts'
import {
  type Answer,
  containerAnswer,
  containersAnswer,
  imagesAnswer,
  podAnswer,
  podsAnswer,
  type Refusal,
  statusAnswer,
  versionAnswer,
} from './answers.ts'
import type { Feed, Start } from './feed.ts'
import type { View } from './view.ts'

/** Header of ours: `now`, or the number of the announcement to begin with. Events then carry their sequence numbers. */
export const fromHeader = 'containerd-reaper-from'
/** Header of the answer: how many of the announcements that were asked for are not kept any more. */
export const missedHeader = 'containerd-reaper-missed'

export interface CriParts {
  readonly namespace: string
  /** Of this program. */
  readonly version: string
  readonly view: View
  readonly feed: Feed
  readonly clock: Clock
  /** Open streams, by what ends them. */
  readonly streams: Set<() => void>
}

const serviceError = ({ code, message }: Refusal, metadata: Metadata = new Metadata()): ServiceError =>
  Object.assign(new Error(message), { code, details: message, metadata })

const answering = <Req, Res>(answer: (request: Req) => Answer<Res>): handleUnaryCall<Req, Res> => (call, callback) => {
  const found = answer(call.request)
  if (E.isLeft(found)) callback(serviceError(found.left))
  else callback(null, found.right)
}

const always = <Req, Res>(answer: (request: Req) => Res): handleUnaryCall<Req, Res> => answering((request) => E.right(answer(request)))

const startOf = (metadata: Metadata): Start => {
  const [from] = metadata.get(fromHeader)
  if (from === undefined) return { _tag: 'LeftOff' }
  const seq = Number(from)
  return Number.isSafeInteger(seq) && seq > 0 ? { _tag: 'From', seq } : { _tag: 'LookOn' }
}

const events = ({ feed, streams }: CriParts): handleServerStreamingCall<GetEventsRequest, Uint8Array> => (call) => {
  const give = ({ code, message }: Refusal, metadata?: Metadata): void => {
    if (!call.cancelled && !call.destroyed) call.emit('error', serviceError({ code, message }, metadata))
  }
  const listening = feed.listen({
    write: (message, taken) => void call.write(message, taken),
    cut: (missed) => {
      const metadata = new Metadata()
      metadata.set(missedHeader, String(missed))
      give({ code: status.DATA_LOSS, message: `Missed ${missed} events: too far behind; list again, and read faster` }, metadata)
    },
  }, startOf(call.metadata))
  const header = new Metadata()
  if (listening.missed > 0) header.set(missedHeader, String(listening.missed))
  call.sendMetadata(header) // at once: there may be no event for hours
  const leave = (): void => {
    streams.delete(stop)
    listening.close()
  }
  const stop = (): void => {
    leave()
    give({ code: status.UNAVAILABLE, message: 'The reaper is stopping' })
  }
  call.once('cancelled', leave)
  call.once('close', leave)
  streams.add(stop)
}

/** Messages come encoded: they are rendered once for all listeners. */
const eventsMethod = {
  ...RuntimeServiceService.getContainerEvents,
  responseSerialize: (message: Uint8Array): Buffer => Buffer.from(message),
}

const runtimeMethods = {
  version: RuntimeServiceService.version,
  status: RuntimeServiceService.status,
  listContainers: RuntimeServiceService.listContainers,
  containerStatus: RuntimeServiceService.containerStatus,
  listPodSandbox: RuntimeServiceService.listPodSandbox,
  podSandboxStatus: RuntimeServiceService.podSandboxStatus,
  getContainerEvents: eventsMethod,
}

type UnaryCalls = 'version' | 'status' | 'listContainers' | 'containerStatus' | 'listPodSandbox' | 'podSandboxStatus'

export const addCriServices = (server: Server, parts: CriParts): void => {
  const { namespace, version, view, feed, clock } = parts
  const runtime: Pick<RuntimeServiceServer, UnaryCalls> = {
    version: always(() => versionAnswer(version)),
    status: always(({ verbose }) => statusAnswer(verbose, namespace, view, feed.listeners())),
    listContainers: always(({ filter }) => containersAnswer(filter, view)),
    containerStatus: answering(({ containerId, verbose }) => containerAnswer(containerId, verbose, view)),
    listPodSandbox: always(({ filter }) => podsAnswer(filter, view)),
    podSandboxStatus: answering(({ podSandboxId, verbose }) => podAnswer(podSandboxId, verbose, view, toNanos(millis(clock.now())))),
  }
  const images: Pick<ImageServiceServer, 'listImages' | 'imageStatus' | 'imageFsInfo'> = {
    listImages: always(({ filter }) => {
      const wanted = filter?.image?.image ?? ''
      return { images: imagesAnswer(view).filter(({ id, repoTags }) => wanted === '' || id === wanted || repoTags.includes(wanted)) }
    }),
    imageStatus: always(({ image }) => ({
      image: imagesAnswer(view).find(({ id, repoTags }) => id === image?.image || repoTags.includes(image?.image ?? '')),
      info: new Map(),
    })),
    imageFsInfo: always(() => ({ imageFilesystems: [], containerFilesystems: [] })),
  }
  server.addService(runtimeMethods, { ...runtime, getContainerEvents: events(parts) })
  server.addService(ImageServiceService, images)
}
