/**
 * A client of CRI that knows nothing of this project: method paths and field numbers are written down here, and messages are taken
 * apart by hand.
 */
import { Buffer } from 'node:buffer'
import { Client, type ClientReadableStream, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'

/** A message: the values of each field by its number, in order. Numbers are bigints, the rest bytes. */
export type Fields = ReadonlyMap<number, ReadonlyArray<bigint | Buffer>>

const varint = (bytes: Buffer, start: number): readonly [bigint, number] => {
  let value = 0n
  let shift = 0n
  let at = start
  for (;;) {
    const byte = bytes[at++]
    if (byte === undefined) throw new Error('the message ends within a number')
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return [value, at]
    shift += 7n
  }
}

/** Takes a message apart. Knows the two wire types that CRI uses. */
export const fields = (bytes: Buffer): Fields => {
  const found = new Map<number, Array<bigint | Buffer>>()
  let at = 0
  while (at < bytes.length) {
    const [tag, afterTag] = varint(bytes, at)
    const [number, type] = [Number(tag >> 3n), Number(tag & 7n)]
    const [value, afterValue] = varint(bytes, afterTag)
    const values = found.get(number) ?? []
    found.set(number, values)
    if (type === 0) {
      values.push(value)
      at = afterValue
    } else if (type === 2) {
      at = afterValue + Number(value)
      if (at > bytes.length) throw new Error('the message ends within a field')
      values.push(bytes.subarray(afterValue, at))
    } else throw new Error(`wire type ${type}`)
  }
  return found
}

export const text = (message: Fields, number: number): string => {
  const value = message.get(number)?.[0]
  return Buffer.isBuffer(value) ? value.toString('utf8') : ''
}
export const int = (message: Fields, number: number): bigint => {
  const value = message.get(number)?.[0]
  return typeof value === 'bigint' ? value : 0n
}
export const messages = (message: Fields, number: number): ReadonlyArray<Fields> =>
  (message.get(number) ?? []).flatMap((value) => (Buffer.isBuffer(value) ? [fields(value)] : []))
export const message = (parent: Fields, number: number): Fields | undefined => messages(parent, number)[0]
/** A map of strings. */
export const words = (parent: Fields, number: number): Readonly<Record<string, string>> =>
  Object.fromEntries(messages(parent, number).map((entry) => [text(entry, 1), text(entry, 2)]))

const lengthOf = (length: number): Buffer => {
  const bytes: Array<number> = []
  for (let left = length;; left >>>= 7) {
    if (left < 0x80) return Buffer.from([...bytes, left])
    bytes.push((left & 0x7f) | 0x80)
  }
}
/** A field of bytes, text or a message. */
export const part = (number: number, value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value)
  return Buffer.concat([lengthOf((number << 3) | 2), lengthOf(bytes.length), bytes])
}
/** A field of a small number. */
export const num = (number: number, value: number): Buffer => Buffer.concat([lengthOf(number << 3), lengthOf(value)])

/** A message and its size in bytes. */
export interface Message {
  readonly fields: Fields
  readonly size: number
}

export interface CriClient {
  /** The answer, taken apart. Rejects with the ServiceError. */
  readonly call: (method: string, request?: Buffer) => Promise<Fields>
  readonly events: (metadata?: Metadata) => ClientReadableStream<Message>
  readonly close: () => void
}

const same = (bytes: Buffer): Buffer => bytes
const whole = (bytes: Buffer): Message => ({ fields: fields(bytes), size: bytes.length })

export const criClient = (path: string): CriClient => {
  const client = new Client(`unix:${path}`, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })
  return {
    call: (method, request = Buffer.alloc(0)) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(`/runtime.v1.${method}`, same, fields, request, (error: ServiceError | null, answer?: Fields) => {
          if (error === null && answer !== undefined) resolve(answer)
          else reject(error ?? new Error('neither an answer nor an error'))
        })
      }),
    events: (metadata = new Metadata()) =>
      client.makeServerStreamRequest('/runtime.v1.RuntimeService/GetContainerEvents', same, whole, Buffer.alloc(0), metadata),
    close: () => client.close(),
  }
}

/** An event in words: `web STOPPED`, and what it says of its subject: `web:EXITED:137:OOMKilled`. */
export interface Heard {
  readonly id: string
  readonly type: string
  readonly at: bigint
  readonly pod: string | undefined
  readonly podState: string
  readonly statuses: ReadonlyArray<string>
  readonly bytes: Fields
  /** Of the whole message, bytes. */
  readonly size: number
}

const eventNames = ['CREATED', 'STARTED', 'STOPPED', 'DELETED']
export const stateNames = ['CREATED', 'RUNNING', 'EXITED', 'UNKNOWN']

export const heard = ({ fields: event, size }: Message): Heard => {
  const pod = message(event, 4)
  return {
    id: text(event, 1),
    type: eventNames[Number(int(event, 2))] ?? '?',
    at: int(event, 3),
    pod: pod === undefined ? undefined : text(pod, 1),
    podState: pod === undefined ? '' : int(pod, 3) === 0n ? 'READY' : 'NOTREADY',
    statuses: messages(event, 5).map((status) =>
      `${text(status, 1)}:${stateNames[Number(int(status, 3))]}:${int(status, 7)}:${text(status, 10)}`
    ),
    bytes: event,
    size,
  }
}
