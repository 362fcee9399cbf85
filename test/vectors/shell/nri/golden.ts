/** A whole registration in recorded bytes: what a Go plugin sends goes in as it is, and what it must be sent comes out, byte for byte. */
import assert from 'node:assert/strict'
import { createConnection } from 'node:net'
import { hex, muxFramesOf, toHex } from '../../../support/nri/bytes.ts'
import { registerBytes } from '../../../support/nri/sh_plugin.ts'
import { pod, stopped, withHost } from '../../../support/nri/with_host.ts'
import type { Vector } from '../../../support/property.ts'
import { waitFor } from '../../../support/wait_for.ts'

const registered = '00 00 00 02 00 00 00 0a 00 00 00 00 00 00 00 01 02 00'
/** The ConfigureResponse that asks for StopContainer and RemoveContainer. */
const configured = '00 00 00 01 00 00 00 0f 00 00 00 05 00 00 00 01 02 00 12 03 10 80 0c'
const empty = (stream: string): string => `00 00 00 01 00 00 00 0a 00 00 00 00 00 00 00 ${stream} 02 00`
const asText = (method: string): string => toHex(new TextEncoder().encode(method))

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'golden: a plugin registers, is configured, synchronised and told, in recorded bytes',
    run: () =>
      withHost({}, async ({ host, socketPath }) => {
        const socket = createConnection(socketPath)
        let bytes: Uint8Array = new Uint8Array(0)
        socket.on('data', (chunk: Uint8Array) => void (bytes = Uint8Array.from([...bytes, ...chunk])))
        const frames = (): ReadonlyArray<readonly [number, Uint8Array]> => muxFramesOf(bytes)[0]
        const heard = (method: string): Promise<readonly [number, Uint8Array]> =>
          waitFor(() => frames().find(([, payload]) => toHex(payload).includes(asText(method))), { what: method })
        try {
          socket.write(hex(registerBytes))
          await heard('Configure')
          assert.equal(toHex(bytes.slice(0, 18)), registered, 'the answer comes first')
          socket.write(hex(configured))
          await heard('Synchronize')
          socket.write(hex(empty('03')))
          await waitFor(() => host.plugins().length === 1, { what: 'the plugin' })
          const told = host.stopContainer(pod('p'), stopped('c', 'p'))()
          const [stream, payload] = await heard('StopContainer')
          // On the plugin's stream: a length, call 5 (calls have odd numbers), a request without flags, the service in field 1.
          assert.equal(stream, 1)
          const length = payload.length - 10
          const service = 'nri.pkg.api.v1alpha1.Plugin'
          assert.equal(
            toHex(payload.slice(0, 12 + service.length)),
            `00 00 00 ${toHex(Uint8Array.of(length))} 00 00 00 05 01 00 0a ${toHex(Uint8Array.of(service.length))} ${asText(service)}`,
          )
          socket.write(hex(empty('05')))
          assert.deepEqual(await told, { _tag: 'Delivered', plugins: 1, failed: [] })
          assert.deepEqual(await host.stopPodSandbox(pod('p'))(), { _tag: 'NoneListening' }, 'it asked for containers only')
        } finally {
          socket.destroy()
        }
      }),
  },
]
