/** Looks through decoded messages for the two things that hide in them: packed messages, and fields that our .proto files do not name. */

interface Packed {
  readonly typeUrl: string
  readonly value: Uint8Array
}

const isPacked = (value: object): value is Packed =>
  'typeUrl' in value && typeof value.typeUrl === 'string' && 'value' in value && value.value instanceof Uint8Array

const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null && !(value instanceof Uint8Array)

/** The parts of a message with the names under which they stand; the entries of a map count as parts. */
const partsOf = (value: object): ReadonlyArray<readonly [string, unknown]> =>
  value instanceof Map ? [...value].map(([key, part]) => [String(key), part]) : Object.entries(value)

/** Every Any inside a message that holds something, from the outside in. */
export const packedIn = (value: unknown): ReadonlyArray<Packed> => {
  if (!isBranch(value)) return []
  const inner = partsOf(value).flatMap(([, part]) => packedIn(part))
  return isPacked(value) && value.typeUrl !== '' ? [value, ...inner] : inner
}

/** The paths of fields that came over the wire and have no name here. */
export const unnamedIn = (value: unknown, path = ''): ReadonlyArray<string> =>
  isBranch(value)
    ? partsOf(value).flatMap(([name, part]) =>
      name === '_unknownFields' && isBranch(part)
        ? Object.keys(part).map((tag) => `${path}#${Number(tag) >> 3}`)
        : unnamedIn(part, `${path}.${name}`)
    )
    : []
