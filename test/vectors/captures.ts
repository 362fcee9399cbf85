/** Everything containerd was recorded to send decodes and encodes back byte for byte, also what is packed inside, and has a name here. */
import assert from 'node:assert/strict'
import { answers, captureNames, type Codec, payloads, readCapture } from '../support/captures.ts'
import { packedIn, unnamedIn } from '../support/messages.ts'
import type { Vector } from '../support/property.ts'

/** Kubernetes and the OCI put JSON into an Any; its type_url is then a path. */
const holdsJson = (typeUrl: string): boolean => typeUrl.includes('/')

const holds = (name: string, codec: Codec | undefined, bytes: Uint8Array): void => {
  assert.ok(codec, `no message for ${name}`)
  assert.deepEqual(Uint8Array.from(codec.again(bytes)), bytes, `${name} comes back byte for byte`)
  const message = codec.decode(bytes)
  assert.deepEqual(unnamedIn(message), [], `${name} has only fields with a name`)
  for (const { typeUrl, value } of packedIn(message)) {
    if (holdsJson(typeUrl)) JSON.parse(new TextDecoder().decode(value))
    else holds(typeUrl, payloads.get(typeUrl), Uint8Array.from(value))
  }
}

export const cases: ReadonlyArray<Vector> = captureNames.flatMap((capture) => {
  const lines = readCapture(capture)
  return [...new Set(lines.map(({ method }) => method))].map((method) => ({
    name: `${capture}: every ${method} decodes and encodes back byte for byte`,
    run: () => {
      for (const { bytes } of lines.filter((line) => line.method === method)) {
        if (bytes !== undefined) holds(method, answers.get(method), bytes)
      }
    },
  }))
})
