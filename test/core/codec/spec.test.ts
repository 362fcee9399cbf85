import t from 'tap'
import { hasOwnPidNamespace } from '../../../core/codec/spec.ts'
import { ListContainersResponse } from '../../../shell/proto/gen/containerd/containers.ts'
import { captureNames, readCapture } from '../../support/captures.ts'

t.test("a pid namespace without a path is the container's own", async (t) => {
  t.ok(hasOwnPidNamespace('{"linux":{"namespaces":[{"type":"mount"},{"type":"pid"}]}}'))
  t.ok(hasOwnPidNamespace('{"linux":{"namespaces":[{"type":"pid","path":""}]}}'))
})

t.test("none, somebody else's, or no answer at all: no", async (t) => {
  const no = [
    '{"linux":{"namespaces":[{"type":"mount"}]}}',
    '{"linux":{"namespaces":[{"type":"pid","path":"/proc/1/ns/pid"}]}}',
    '{"linux":{"namespaces":[{"type":"pid"},{"type":"pid","path":"/proc/1/ns/pid"}]}}',
    '{"linux":{"namespaces":null}}',
    '{"linux":{}}',
    '{"windows":{}}',
    '{"linux":{"namespaces":[{"type":"pid","path":3}]}}',
    'null',
    '',
    '{"linux":',
  ]
  for (const json of no) t.notOk(hasOwnPidNamespace(json), json)
})

t.test('the specs that ctr wrote on real containerd have one', async (t) => {
  const specs = captureNames.flatMap((name) =>
    readCapture(name).flatMap(({ method, bytes }) =>
      method === 'containers.v1.Containers/List' && bytes !== undefined
        ? ListContainersResponse.decode(bytes).containers.map(({ spec }) => new TextDecoder().decode(spec?.value))
        : []
    )
  )
  t.ok(specs.length >= 14, 'the recordings hold specs', { found: specs.length })
  t.strictSame(specs.filter((json) => !hasOwnPidNamespace(json)), [])
  const host = specs.map((json) => json.replace('{"type":"pid"},', ''))
  t.strictSame(host.filter(hasOwnPidNamespace), [], "without that entry, the host's")
})
