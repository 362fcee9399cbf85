/**
 * Who the stand is: version, identity, plugins, health, and the namespaces.
 *
 * @module
 */
import { status } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import { type IntrospectionServer, Plugin } from '../proto/gen/containerd/introspection.ts'
import { type NamespacesServer } from '../proto/gen/containerd/namespaces.ts'
import { type VersionServer } from '../proto/gen/containerd/version.ts'
import { HealthCheckResponse_ServingStatus, type HealthServer } from '../proto/gen/grpc/health.ts'
import * as events from './events.ts'
import { type Exchange } from './exchange.ts'
import { fieldsOf, parseFilters, passes } from './filter.ts'
import { alreadyExists, invalid, isIdentifier, notFound, refusal } from './refusal.ts'
import { type Rpc } from './rpc.ts'
import { type Records } from './state.ts'

export const versionServer = (version: string, { unary }: Rpc): VersionServer => ({
  version: unary({ call: 'Version/Version', namespaced: false, subject: () => ({}) }, () => E.right({ version, revision: 'embedded' })),
})

export const healthServer = ({ unary }: Rpc): HealthServer => ({
  check: unary(
    { call: 'Health/Check', namespaced: false, subject: () => ({}) },
    () => E.right({ status: HealthCheckResponse_ServingStatus.SERVING }),
  ),
})

const plugins = [
  ['io.containerd.grpc.v1', 'tasks'],
  ['io.containerd.grpc.v1', 'containers'],
  ['io.containerd.grpc.v1', 'events'],
  ['io.containerd.grpc.v1', 'images'],
  ['io.containerd.runtime.v2', 'task'],
] as const

/** `uuid` stays, `pid` changes with every start: together they name one life of the daemon. */
export const introspectionServer = (
  identity: () => { readonly uuid: string; readonly pid: bigint },
  { unary }: Rpc,
): IntrospectionServer => ({
  plugins: unary({ call: 'Introspection/Plugins', namespaced: false, subject: () => ({}) }, ({ filters }) => {
    const parsed = parseFilters(filters)
    if (parsed._tag === 'Left') return invalid(`${parsed.left}: invalid argument`)
    return E.right({
      plugins: plugins.filter(([type, id]) => passes(parsed.right, fieldsOf({ type, id }))).map(([type, id]) =>
        Plugin.fromPartial({ type, id })
      ),
    })
  }),
  server: unary(
    { call: 'Introspection/Server', namespaced: false, subject: () => ({}) },
    () => E.right({ ...identity(), pidns: 4_026_531_836n, deprecations: [] }),
  ),
})

export const namespacesServer = (records: Records, exchange: Exchange, { unary }: Rpc): NamespacesServer => {
  const byName = ({ name }: { readonly name: string }) => ({ id: name })
  return {
    // A namespace that was never written to is answered like an empty one.
    get: unary(
      { call: 'Namespaces/Get', namespaced: false, subject: byName },
      ({ name }) => E.right({ namespace: { name, labels: records.namespaces.get(name) ?? new Map<string, string>() } }),
    ),
    list: unary(
      { call: 'Namespaces/List', namespaced: false, subject: () => ({}) },
      () =>
        E.right({ namespaces: [...records.namespaces].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, labels]) => ({ name, labels })) }),
    ),
    create: unary(
      { call: 'Namespaces/Create', namespaced: false, subject: ({ namespace }) => ({ id: namespace?.name ?? '' }) },
      ({ namespace }) => {
        const { name = '', labels = new Map<string, string>() } = namespace ?? {}
        if (!isIdentifier(name)) return invalid(`identifier "${name}"`)
        if (records.namespaces.has(name)) return alreadyExists(`namespace "${name}"`)
        records.namespaces.set(name, new Map(labels))
        exchange.publish(name, events.namespaceCreate(name, labels))
        return E.right({ namespace: { name, labels } })
      },
    ),
    delete: unary({ call: 'Namespaces/Delete', namespaced: false, subject: byName }, ({ name }) => {
      if (!records.namespaces.has(name)) return notFound(`namespace "${name}"`)
      const left = [
        ...(records.containers.of(name).length > 0 ? ['containers'] : []),
        ...(records.images.of(name).length > 0 ? ['images'] : []),
      ]
      if (left.length > 0) {
        const text = `namespace "${name}" must be empty, but it still has ${left.join(', ')}: failed precondition`
        return E.left(refusal(status.FAILED_PRECONDITION, text))
      }
      records.namespaces.delete(name)
      exchange.publish(name, events.namespaceDelete(name))
      return E.right({})
    }),
  }
}
