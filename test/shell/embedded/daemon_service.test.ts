import t from 'tap'
import { IntrospectionService } from '../../../shell/proto/gen/containerd/introspection.ts'
import { NamespacesService } from '../../../shell/proto/gen/containerd/namespaces.ts'
import { VersionService } from '../../../shell/proto/gen/containerd/version.ts'
import { HealthService } from '../../../shell/proto/gen/grpc/health.ts'
import { ask, refusalOf } from './client.ts'
import { code, withStand } from './with_stand.ts'

t.test('says who it is, without a namespace', () =>
  withStand(async (_stand, client) => {
    const anyone = { namespace: '' }
    t.match(await ask(client, VersionService.version, {}, anyone), { version: 'v1.7.0' })
    t.match(await ask(client, HealthService.check, { service: '' }, anyone), { status: 1 })
    t.ok((await ask(client, IntrospectionService.server, {}, anyone)).pid > 0n)
    const plugins = async (...filters: ReadonlyArray<string>) =>
      (await ask(client, IntrospectionService.plugins, { filters }, anyone)).plugins
    t.ok((await plugins()).length > 1)
    t.match(await plugins('id==events'), [{ type: 'io.containerd.grpc.v1', id: 'events' }])
    t.same(await plugins('id==cri'), [])
    t.equal((await refusalOf(ask(client, IntrospectionService.plugins, { filters: ['='] })))[0], code.INVALID_ARGUMENT)
  }, { version: 'v1.7.0' }))

t.test('keeps namespaces', () =>
  withStand(async (stand, client) => {
    const labels = new Map([['a', 'b']])
    await ask(client, NamespacesService.create, { namespace: { name: 'ci', labels } })
    await stand.run({ id: 'x', namespace: 'made', command: ['sleep', '600'] })
    t.same((await ask(client, NamespacesService.list, { filter: '' })).namespaces.map(({ name }) => name), ['ci', 'made'])
    t.match(await ask(client, NamespacesService.get, { name: 'ci' }), { namespace: { name: 'ci', labels } })
    t.match(await ask(client, NamespacesService.get, { name: 'never' }), { namespace: { name: 'never', labels: new Map() } })
    t.same(await refusalOf(ask(client, NamespacesService.create, { namespace: { name: 'ci', labels } })), [
      code.ALREADY_EXISTS,
      'namespace "ci": already exists',
    ])
    t.equal((await refusalOf(ask(client, NamespacesService.create, { namespace: undefined })))[0], code.INVALID_ARGUMENT)
    t.same(await refusalOf(ask(client, NamespacesService.delete, { name: 'made' })), [
      code.FAILED_PRECONDITION,
      'namespace "made" must be empty, but it still has containers: failed precondition',
    ])
    await ask(client, NamespacesService.delete, { name: 'ci' })
    t.equal((await refusalOf(ask(client, NamespacesService.delete, { name: 'ci' })))[0], code.NOT_FOUND)
    t.match(await stand.events.published('/namespaces/delete', 'ci'), { namespace: 'ci' })
  }))
