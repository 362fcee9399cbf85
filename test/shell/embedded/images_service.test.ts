import t from 'tap'
import { Image, ImagesService } from '../../../shell/proto/gen/containerd/images.ts'
import { ask, refusalOf } from './client.ts'
import { code, withStand } from './with_stand.ts'

const image = (name: string, digest: string, labels: Record<string, string> = {}): Image =>
  Image.fromPartial({ name, target: { digest, mediaType: 'm' }, labels: new Map(Object.entries(labels)) })

t.test('stores, finds, moves and deletes images, and tells of it', () =>
  withStand(async (stand, client) => {
    await ask(client, ImagesService.create, { image: image('a', 'sha256:1', { keep: 'x' }), sourceDateEpoch: undefined })
    await ask(client, ImagesService.update, {
      image: image('a', 'sha256:2', { more: 'y' }),
      updateMask: ['target', 'labels.more'],
      sourceDateEpoch: undefined,
    })
    const found = (await ask(client, ImagesService.get, { name: 'a' })).image
    t.equal(found?.target?.digest, 'sha256:2')
    t.same([...found?.labels ?? []], [['keep', 'x'], ['more', 'y']])
    await ask(client, ImagesService.update, { image: image('a', 'sha256:3'), updateMask: undefined, sourceDateEpoch: undefined })
    t.match(await ask(client, ImagesService.get, { name: 'a' }), { image: { target: { digest: 'sha256:3' }, labels: new Map() } })
    stand.createImage({ name: 'b/c:1', labels: { tier: 'x' } })
    const list = async (...filters: ReadonlyArray<string>) =>
      (await ask(client, ImagesService.list, { filters })).images.map(({ name }) => name)
    t.same(await list(), ['a', 'b/c:1'])
    t.same(await list('labels.tier==x'), ['b/c:1'])
    t.same(await list('target.digest=="sha256:3"'), ['a'])
    const other = { mediaType: '', digest: 'sha256:9', size: 0n, annotations: new Map<string, string>() }
    t.equal(
      (await refusalOf(ask(client, ImagesService.delete, { name: 'a', sync: false, target: other })))[0],
      code.NOT_FOUND,
      'it moved on',
    )
    await ask(client, ImagesService.delete, { name: 'a', sync: true, target: undefined })
    t.same(stand.events.log().map(({ topic }) => topic), [
      '/images/create',
      '/images/update',
      '/images/update',
      '/images/create',
      '/images/delete',
    ])
  }))

t.test('refuses in containerd’s words', () =>
  withStand(async (stand, client) => {
    stand.createImage({ name: 'a' })
    t.same(await refusalOf(ask(client, ImagesService.get, { name: 'x' })), [code.NOT_FOUND, 'image "x": not found'])
    const make = (one: Image | undefined) => refusalOf(ask(client, ImagesService.create, { image: one, sourceDateEpoch: undefined }))
    const change = (one: Image | undefined, updateMask: string[]) =>
      refusalOf(ask(client, ImagesService.update, { image: one, updateMask, sourceDateEpoch: undefined }))
    t.same(await make(image('a', '1')), [code.ALREADY_EXISTS, 'image "a": already exists'])
    t.equal((await make(image('', '1')))[0], code.INVALID_ARGUMENT)
    t.equal((await make(undefined))[0], code.INVALID_ARGUMENT)
    t.equal((await change(undefined, []))[0], code.NOT_FOUND)
    t.equal((await change(image('a', '1'), ['created_at']))[0], code.INVALID_ARGUMENT)
    t.equal((await refusalOf(ask(client, ImagesService.list, { filters: ['a='] })))[0], code.INVALID_ARGUMENT)
  }))
