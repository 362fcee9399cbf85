/**
 * containerd's images service: names and what they point to, without content.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { type Image, type ImagesServer } from '../proto/gen/containerd/images.ts'
import * as events from './events.ts'
import { type Exchange } from './exchange.ts'
import { fieldsOf, parseFilters, passes } from './filter.ts'
import { nowNs, timestamp } from './now.ts'
import { alreadyExists, type Answer, invalid, notFound } from './refusal.ts'
import { type Rpc } from './rpc.ts'
import { ensureNamespace, type Records } from './state.ts'

/** Stores an image that is new and publishes `/images/create`. */
export const createImage = (records: Records, exchange: Exchange, namespace: string, wanted: Image): Answer<Image> => {
  if (wanted.name === '') return invalid('image name required')
  if (records.images.has(namespace, wanted.name)) return alreadyExists(`image "${wanted.name}"`)
  const now = timestamp(nowNs())
  const image: Image = { ...wanted, createdAt: now, updatedAt: now }
  ensureNamespace(records, namespace)
  records.images.set(namespace, image.name, image)
  exchange.publish(namespace, events.imageCreate(image.name, image.labels))
  return E.right(image)
}

export const imagesServer = (records: Records, exchange: Exchange, { unary }: Rpc): ImagesServer => {
  const byName = ({ name }: { readonly name: string }) => ({ id: name })
  const inRequest = ({ image }: { readonly image: Image | undefined }) => ({ id: image?.name ?? '' })
  return {
    get: unary({ call: 'Images/Get', namespaced: true, subject: byName }, ({ name }, { namespace }) => {
      const image = records.images.get(namespace, name)
      return image === undefined ? notFound(`image "${name}"`) : E.right({ image })
    }),
    list: unary({ call: 'Images/List', namespaced: true, subject: () => ({}) }, ({ filters }, { namespace }) => {
      const parsed = parseFilters(filters)
      if (parsed._tag === 'Left') return invalid(`${parsed.left}: invalid argument`)
      const images = records.images.of(namespace).filter(({ name, labels, target }) => {
        const outer = fieldsOf({ name, labels })
        const inner = fieldsOf({ digest: target?.digest ?? '', mediatype: target?.mediaType ?? '' })
        return passes(parsed.right, (path) => (path[0] === 'target' ? inner(path.slice(1)) : outer(path)))
      })
      return E.right({ images })
    }),
    create: unary(
      { call: 'Images/Create', namespaced: true, subject: inRequest },
      ({ image }, { namespace }) =>
        image === undefined
          ? invalid('image name required')
          : E.map((stored: Image) => ({ image: stored }))(createImage(records, exchange, namespace, image)),
    ),
    update: unary({ call: 'Images/Update', namespaced: true, subject: inRequest }, ({ image, updateMask }, { namespace }) => {
      const stored = records.images.get(namespace, image?.name ?? '')
      if (image === undefined || stored === undefined) return notFound(`image "${image?.name ?? ''}"`)
      const paths = updateMask ?? []
      const wanted = paths.length > 0 ? paths : ['labels', 'target']
      const unknownPath = wanted.find((path) => path !== 'target' && path !== 'labels' && !path.startsWith('labels.'))
      if (unknownPath !== undefined) return invalid(`cannot update "${unknownPath}" field on image "${image.name}"`)
      const labels = wanted.includes('labels') ? new Map(image.labels) : new Map(stored.labels)
      for (const key of wanted.filter((path) => path.startsWith('labels.')).map((path) => path.slice('labels.'.length))) {
        labels.set(key, image.labels.get(key) ?? '')
      }
      const updated: Image = {
        ...stored,
        labels: new Map([...labels].filter(([, value]) => value !== '')),
        target: wanted.includes('target') ? image.target : stored.target,
        updatedAt: timestamp(nowNs()),
      }
      records.images.set(namespace, updated.name, updated)
      exchange.publish(namespace, events.imageUpdate(updated.name, updated.labels))
      return E.right({ image: updated })
    }),
    delete: unary({ call: 'Images/Delete', namespaced: true, subject: byName }, ({ name, target }, { namespace }) => {
      const stored = records.images.get(namespace, name)
      if (stored === undefined || (target !== undefined && target.digest !== stored.target?.digest)) return notFound(`image "${name}"`)
      records.images.delete(namespace, name)
      exchange.publish(namespace, events.imageDelete(name))
      return E.right({})
    }),
  }
}
