import * as t from 'io-ts'
import { readFileSync } from 'node:fs'
import tap from 'tap'
import { classify } from '../../../shell/containerd/classify.ts'
import { inProject } from '../../support/paths.ts'

const Recording = t.strict({
  how: t.string,
  containerd: t.string,
  runtime: t.string,
  call: t.string,
  code: t.Int,
  details: t.string,
  class: t.string,
}, 'Recording')
const Recorded = t.strict({ note: t.string, recordings: t.array(Recording) }, 'Recorded')

const read = (): t.TypeOf<typeof Recorded> => {
  const decoded = Recorded.decode(JSON.parse(readFileSync(inProject('test', 'shell', 'containerd', 'recorded_errors.json'), 'utf8')))
  if (decoded._tag === 'Left') throw new Error('Cannot read recorded_errors.json: wanted recordings, found something else')
  return decoded.right
}

tap.test('every recorded error of a real containerd has its class', async (t) => {
  const { recordings } = read()
  t.ok(recordings.length >= 40)
  for (const { how, containerd, call, code, details, class: wanted } of recordings) {
    t.equal(classify(code, details), wanted, `${containerd} ${call}: ${how}: ${code} ${details.trim()}`)
  }
})

// Known from containerd's sources, not to be had from a healthy machine.
const described = [
  { code: 14, text: 'shim web-1: connection error: unavailable', class: 'Unavailable' },
  { code: 14, text: 'rpc error: error reading from server: EOF: unavailable', class: 'Unavailable' },
  { code: 14, text: 'read ECONNRESET', class: 'Disconnected' },
  { code: 13, text: 'Received RST_STREAM with code 2 (Internal server error)', class: 'Disconnected' },
  { code: 13, text: 'internal', class: 'Unknown' },
  { code: 2, text: 'context canceled: unknown', class: 'Cancelled' },
  { code: 7, text: 'permission denied', class: 'PermissionDenied' },
  { code: 10, text: 'aborted', class: 'Unknown' },
  { code: 99, text: 'a code of the future', class: 'Unknown' },
]

tap.test('errors that could not be recorded have their class too', async (t) => {
  for (const { code, text, class: wanted } of described) t.equal(classify(code, text), wanted, `${code} ${text}`)
})
