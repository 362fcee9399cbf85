/**
 * The one question the machine asks of a container's OCI spec: can init's death leave processes behind? Refuses to know the rest.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

const Namespaces = t.type({
  linux: t.type({ namespaces: t.array(t.intersection([t.type({ type: t.string }), t.partial({ path: t.string })])) }),
})

/**
 * Whether the OCI spec `json` gives its container a pid namespace of its own: the kernel then kills whatever init leaves behind, and
 * nothing has to be killed by us. A namespace with a `path` is somebody else's; a spec that has none, or that cannot be read,
 * answers no, because a needless kill costs a round trip and a missing one leaks processes.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { hasOwnPidNamespace } from 'containerd-reaper/core'
 *
 * assert.equal(hasOwnPidNamespace('{"linux":{"namespaces":[{"type":"pid"}]}}'), true)
 * assert.equal(hasOwnPidNamespace('{"linux":{"namespaces":[{"type":"pid","path":"/proc/1/ns/pid"}]}}'), false)
 * ```
 */
export const hasOwnPidNamespace = (json: string): boolean => {
  const parsed = E.tryCatch((): unknown => JSON.parse(json), () => undefined)
  if (E.isLeft(parsed)) return false
  const spec = Namespaces.decode(parsed.right)
  if (E.isLeft(spec)) return false
  const pid = spec.right.linux.namespaces.filter(({ type }) => type === 'pid')
  return pid.length > 0 && pid.every(({ path }) => path === undefined || path === '')
}
