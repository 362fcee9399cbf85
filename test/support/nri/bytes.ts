/**
 * NRI's wire formats once more, written by hand from their description: the mux, ttrpc and protobuf, with nothing of the project's own
 * codecs. What the host says is read with these, so that a mistake cannot cancel itself out.
 */
import { Buffer } from 'node:buffer'

/** Bytes as a hex dump: `hex('00 01 ff')`. */
export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s+/g, ''), 'hex'))

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').replaceAll(/(..)(?!$)/g, '$1 ')

const join = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => new Uint8Array(Buffer.concat(parts))

const uint32 = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return new Uint8Array(bytes)
}

export const mux = (stream: number, payload: Uint8Array): Uint8Array => join(uint32(stream), uint32(payload.length), payload)

export const ttrpc = (stream: number, type: number, data: Uint8Array, flags = 0): Uint8Array =>
  join(uint32(data.length), uint32(stream), Uint8Array.of(type, flags), data)

/** As Go writes it: the first 4096 bytes, then the rest. */
export const muxed = (stream: number, message: Uint8Array): Uint8Array =>
  message.length <= 4096 ? mux(stream, message) : join(mux(stream, message.slice(0, 4096)), mux(stream, message.slice(4096)))

const varint = (value: bigint): Uint8Array => {
  const bytes: Array<number> = []
  let rest = BigInt.asUintN(64, value)
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  return Uint8Array.of(...bytes, Number(rest))
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A field with a length: a text, bytes or a message. */
export const text = (field: number, value: string | Uint8Array): Uint8Array => {
  const bytes = typeof value === 'string' ? utf8(value) : value
  return join(varint(BigInt(field << 3 | 2)), varint(BigInt(bytes.length)), bytes)
}

export const int = (field: number, value: number | bigint): Uint8Array => join(varint(BigInt(field << 3)), varint(BigInt(value)))

export const message = join

/** The fields of a message: numbers as bigints, everything else as bytes. */
export type Fields = ReadonlyMap<number, ReadonlyArray<bigint | Uint8Array>>

export const parse = (bytes: Uint8Array): Fields => {
  const fields = new Map<number, Array<bigint | Uint8Array>>()
  let at = 0
  const next = (): bigint => {
    let value = 0n
    for (let shift = 0n;; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('Cannot parse a message: it ends in the middle of a number')
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = Number(next())
    const kind = tag & 7
    const value = kind === 0 ? next() : take(Number(next()))
    if (kind !== 0 && kind !== 2) throw new Error(`Cannot parse a message: wanted wire type 0 or 2, found ${kind}`)
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value])
  }
  return fields

  function take(length: number): Uint8Array {
    const taken = bytes.slice(at, at + length)
    if (taken.length < length) throw new Error('Cannot parse a message: it ends in the middle of a field')
    at += length
    return taken
  }
}

export const bytesOf = (fields: Fields, field: number): Uint8Array => {
  const value = fields.get(field)?.at(-1)
  return value instanceof Uint8Array ? value : new Uint8Array(0)
}
export const textOf = (fields: Fields, field: number): string => new TextDecoder().decode(bytesOf(fields, field))
export const intOf = (fields: Fields, field: number): bigint => {
  const value = fields.get(field)?.at(-1)
  return typeof value === 'bigint' ? value : 0n
}
export const messagesOf = (fields: Fields, field: number): ReadonlyArray<Fields> =>
  (fields.get(field) ?? []).flatMap((value) => (value instanceof Uint8Array ? [parse(value)] : []))

/** A map field, as `key=value`. */
export const pairsOf = (fields: Fields, field: number): ReadonlyArray<string> =>
  messagesOf(fields, field).map((entry) => `${textOf(entry, 1)}=${textOf(entry, 2)}`)

export interface RawFrame {
  readonly stream: number
  readonly type: number
  readonly data: Uint8Array
}

/** Takes the whole frames off the front of `bytes`: what they are, and what is left. */
export const muxFramesOf = (bytes: Uint8Array): readonly [ReadonlyArray<readonly [number, Uint8Array]>, Uint8Array] => {
  const frames: Array<readonly [number, Uint8Array]> = []
  let rest = Buffer.from(bytes)
  while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(4)) {
    const end = 8 + rest.readUInt32BE(4)
    frames.push([rest.readUInt32BE(0), new Uint8Array(rest.subarray(8, end))])
    rest = rest.subarray(end)
  }
  return [frames, new Uint8Array(rest)]
}

export const ttrpcFramesOf = (bytes: Uint8Array): readonly [ReadonlyArray<RawFrame>, Uint8Array] => {
  const frames: Array<RawFrame> = []
  let rest = Buffer.from(bytes)
  while (rest.length >= 10 && rest.length >= 10 + rest.readUInt32BE(0)) {
    const end = 10 + rest.readUInt32BE(0)
    frames.push({ stream: rest.readUInt32BE(4), type: rest.readUInt8(8), data: new Uint8Array(rest.subarray(10, end)) })
    rest = rest.subarray(end)
  }
  return [frames, new Uint8Array(rest)]
}
