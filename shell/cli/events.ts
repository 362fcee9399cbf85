/**
 * `containerd-reaper events`: follows the stream of a running reaper on its CRI socket, a line an event, for people or as JSON.
 *
 * @module
 */
import { type ClientReadableStream, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { seqOf } from '../cri/seq_field.ts'
import { fromHeader, missedHeader } from '../cri/services.ts'
import {
  type ContainerEventResponse,
  ContainerEventType,
  ContainerState,
  type ContainerStatus,
  RuntimeServiceClient,
} from '../proto/gen/cri/runtime.ts'
import { isoOf } from './announcement_fields.ts'
import type { EventsCommand } from './configuration.ts'
import { oneLine } from './one_line.ts'
import type { Streams } from './streams.ts'

type Fields = Readonly<Record<string, string | number>>

const names: Readonly<Record<ContainerEventType, string>> = {
  [ContainerEventType.CONTAINER_CREATED_EVENT]: 'CREATED',
  [ContainerEventType.CONTAINER_STARTED_EVENT]: 'STARTED',
  [ContainerEventType.CONTAINER_STOPPED_EVENT]: 'STOPPED',
  [ContainerEventType.CONTAINER_DELETED_EVENT]: 'DELETED',
  [ContainerEventType.UNRECOGNIZED]: 'UNKNOWN',
}

/** Follows until `stop` aborts or the stream ends; gives the exit code of the program. */
export const events = (command: EventsCommand, { out, err }: Streams, stop: AbortSignal): Promise<number> =>
  new Promise((resolve) => {
    const client = new RuntimeServiceClient(`unix:${command.criSocket}`, credentials.createInsecure(), { 'grpc.enable_retries': 0 })
    const metadata = new Metadata()
    metadata.set(fromHeader, String(command.from ?? 'now'))
    const stream: ClientReadableStream<ContainerEventResponse> = client.getContainerEvents({}, metadata)
    const say = command.json ? (fields: Fields): void => out(`${JSON.stringify(fields)}\n`) : (fields: Fields): void => out(inWords(fields))
    const missed = (answer: Metadata): void => {
      const [count] = answer.get(missedHeader)
      if (count !== undefined) say({ msg: 'gap', missed: Number(count) })
    }
    let isOver = false
    const leave = (exitCode: number): void => {
      isOver = true
      stop.removeEventListener('abort', cancel)
      client.close()
      resolve(exitCode)
    }
    const cancel = (): void => stream.cancel()
    stop.addEventListener('abort', cancel)
    if (stop.aborted) cancel()
    stream.on('metadata', missed)
    stream.on('data', (event: ContainerEventResponse) => say(fieldsOf(event)))
    stream.on('error', (error: ServiceError) => {
      if (stop.aborted) return leave(0)
      missed(error.metadata)
      err(`${problemOf(error, command.criSocket)}\n`)
      leave(1)
    })
    stream.on('end', () => {
      if (isOver) return // an error came before it
      if (!stop.aborted) err('The reaper ended the stream\n')
      leave(stop.aborted ? 0 : 1)
    })
  })

const problemOf = ({ code, details }: ServiceError, path: string): string => {
  if (code === status.UNAVAILABLE && details.startsWith('The reaper')) return details
  // grpc-js tells the system's error at the end of a long sentence.
  const why = /\bE[A-Z]{3,}\b/.exec(details)?.[0] ?? details
  if (code === status.UNAVAILABLE) return `Cannot reach a reaper on ${path}: ${why}; is one running with that --cri-socket?`
  return code === status.DATA_LOSS ? details : `Cannot follow events on ${path}: ${details}`
}

const fieldsOf = (event: ContainerEventResponse): Fields => {
  const { containerId, containerEventType, createdAt, podSandboxStatus, containersStatuses } = event
  const subject = containersStatuses.find(({ id }) => id === containerId)
  const seq = seqOf(event)
  return {
    msg: `container ${names[containerEventType].toLowerCase()}`,
    time: isoOf(createdAt),
    id: containerId,
    ...(podSandboxStatus === undefined ? {} : { pod: podSandboxStatus.id }),
    ...(containerEventType === ContainerEventType.CONTAINER_STOPPED_EVENT && subject !== undefined ? endOf(subject) : {}),
    ...(seq === undefined ? {} : { seq }),
  }
}

const endOf = ({ state, exitCode, reason, finishedAt }: ContainerStatus): Fields =>
  state === ContainerState.CONTAINER_EXITED ? { exitCode, reason, exitedAt: isoOf(finishedAt) } : {}

const inWords = ({ time, msg, id, missed, ...rest }: Fields): string => {
  if (missed !== undefined) return `... ${missed} announcements are not kept any more\n`
  const more = Object.entries(rest).map(([name, value]) => ` ${name}=${value}`).join('')
  return `${oneLine(`${String(time)} ${String(msg).replace('container ', '').toUpperCase()} ${String(id)}${more}`)}\n`
}
