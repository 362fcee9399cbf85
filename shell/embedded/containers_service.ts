/**
 * containerd's containers service: records only. Deleting one leaves its task and its shim alone, and out of reach.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { type Container, type ContainersServer } from '../proto/gen/containerd/containers.ts'
import * as events from './events.ts'
import { type Exchange } from './exchange.ts'
import { fieldsOf, parseFilters, passes } from './filter.ts'
import { nowNs, timestamp } from './now.ts'
import { alreadyExists, type Answer, invalid, isIdentifier, noContainer, notFound } from './refusal.ts'
import { type Rpc } from './rpc.ts'
import { ensureNamespace, type Records } from './state.ts'

/** Stores a record, with its times, and publishes `/containers/create`. */
export const createContainer = (records: Records, exchange: Exchange, namespace: string, wanted: Container): Answer<Container> => {
  const { id, image, runtime } = wanted
  if (!isIdentifier(id)) return invalid(`container.ID: identifier "${id}"`)
  if ((runtime?.name ?? '') === '') return invalid('container.Runtime.Name must be set')
  if (wanted.spec === undefined) return invalid('container.Spec must be set')
  if (records.containers.has(namespace, id)) return alreadyExists(`container "${id}"`)
  const now = timestamp(nowNs())
  const container: Container = { ...wanted, createdAt: now, updatedAt: now }
  ensureNamespace(records, namespace)
  records.containers.set(namespace, id, container)
  exchange.publish(namespace, events.containerCreate(id, image, runtime?.name ?? ''))
  return E.right(container)
}

/** Removes a record and publishes `/containers/delete`. */
export const deleteContainer = (records: Records, exchange: Exchange, namespace: string, id: string): Answer<object> => {
  if (!records.containers.delete(namespace, id)) return notFound(`cannot delete container "${id}" in namespace "${namespace}"`)
  exchange.publish(namespace, events.containerDelete(id))
  return E.right({})
}

const withoutEmpty = (labels: ReadonlyMap<string, string>): Map<string, string> => new Map([...labels].filter(([, value]) => value !== ''))

/** The record after one path of the mask, which is not written in proto names. */
const apply = (from: Container) => (to: Container, path: string): Container | undefined => {
  const [field = '', ...rest] = path.split('.')
  const key = rest.join('.')
  const labels = new Map(to.labels)
  if (field === 'labels' && key === '') return { ...to, labels: withoutEmpty(from.labels) }
  if (field === 'labels') return { ...to, labels: withoutEmpty(labels.set(key, from.labels.get(key) ?? '')) }
  if (field === 'extensions') return { ...to, extensions: from.extensions }
  if (path === 'spec') return { ...to, spec: from.spec }
  if (path === 'image') return { ...to, image: from.image }
  if (path === 'snapshotkey') return { ...to, snapshotKey: from.snapshotKey }
  return undefined
}

export const containersServer = (records: Records, exchange: Exchange, { unary, stream }: Rpc): ContainersServer => {
  const byId = ({ id }: { readonly id: string }) => ({ id })
  const inRequest = ({ container }: { readonly container: Container | undefined }) => ({ id: container?.id ?? '' })
  const list = (namespace: string, filters: ReadonlyArray<string>): Answer<ReadonlyArray<Container>> => {
    const parsed = parseFilters(filters)
    if (parsed._tag === 'Left') return invalid(`${parsed.left}: invalid argument`)
    return E.right(
      records.containers.of(namespace).filter(({ id, image, labels, runtime }) => {
        const outer = fieldsOf({ id, image, labels })
        const inner = fieldsOf({ name: runtime?.name ?? '' })
        return passes(parsed.right, (path) => (path[0] === 'runtime' ? inner(path.slice(1)) : outer(path)))
      }),
    )
  }
  return {
    get: unary({ call: 'Containers/Get', namespaced: true, subject: byId }, ({ id }, { namespace }) => {
      const container = records.containers.get(namespace, id)
      return container === undefined ? noContainer(namespace, id) : E.right({ container })
    }),
    list: unary(
      { call: 'Containers/List', namespaced: true, subject: () => ({}) },
      ({ filters }, { namespace }) => E.map((containers: ReadonlyArray<Container>) => ({ containers }))(list(namespace, filters)),
    ),
    listStream: stream(
      { call: 'Containers/ListStream', namespaced: true, subject: () => ({}) },
      async ({ filters }, { namespace }, write) =>
        E.map((containers: ReadonlyArray<Container>) => containers.forEach((container) => write({ container })))(list(namespace, filters)),
    ),
    create: unary(
      { call: 'Containers/Create', namespaced: true, subject: inRequest },
      ({ container }, { namespace }) =>
        container === undefined
          ? invalid('container.ID: identifier ""')
          : E.map((stored: Container) => ({ container: stored }))(createContainer(records, exchange, namespace, container)),
    ),
    update: unary({ call: 'Containers/Update', namespaced: true, subject: inRequest }, ({ container, updateMask }, { namespace }) => {
      const stored = records.containers.get(namespace, container?.id ?? '')
      if (container === undefined || stored === undefined) return notFound(`container "${container?.id ?? ''}"`)
      const paths = updateMask ?? []
      const changed = (paths.length > 0 ? paths : ['labels', 'spec', 'extensions', 'image', 'snapshotkey'])
        .reduce<Container | undefined>((to, path) => (to === undefined ? to : apply(container)(to, path)), stored)
      if (changed === undefined) return invalid(`cannot update "${paths.join(',')}" field on "${container.id}"`)
      const updated: Container = { ...changed, updatedAt: timestamp(nowNs()) }
      records.containers.set(namespace, updated.id, updated)
      exchange.publish(namespace, events.containerUpdate(updated))
      return E.right({ container: updated })
    }),
    delete: unary(
      { call: 'Containers/Delete', namespaced: true, subject: byId },
      ({ id }, { namespace }) => deleteContainer(records, exchange, namespace, id),
    ),
  }
}
