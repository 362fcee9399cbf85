/**
 * The sequence number of an announcement within a CRI event: a field of our own, sent only to those who ask for it. Whoever speaks
 * protobuf passes over fields that it does not know.
 *
 * @module
 */
import type { ContainerEventResponse } from '../proto/gen/cri/runtime.ts'

/** Far above CRI's numbers. Its wire type is that of a plain number. */
const tag = 15_001 << 3

/** Seven bits a byte, the lowest first, and a bit that says whether more come. */
const varint = (value: bigint): Uint8Array => {
  const bytes: Array<number> = []
  for (let left = value;; left >>= 7n) {
    if (left < 0x80n) return Uint8Array.from([...bytes, Number(left)])
    bytes.push(Number(left & 0x7fn) | 0x80)
  }
}

const numberIn = (bytes: Uint8Array): number =>
  Number(bytes.reduce((sum, byte, place) => sum | (BigInt(byte & 0x7f) << BigInt(7 * place)), 0n))

/** The field, as the generated code keeps fields that it does not know. */
export const seqField = (seq: number): { readonly [tag: number]: Array<Uint8Array> } => ({ [tag]: [varint(BigInt(seq))] })

/** The number in a message, if the server sent it. */
export const seqOf = ({ _unknownFields }: Pick<ContainerEventResponse, '_unknownFields'>): number | undefined => {
  const [bytes] = _unknownFields?.[tag] ?? []
  return bytes === undefined ? undefined : numberIn(bytes)
}
