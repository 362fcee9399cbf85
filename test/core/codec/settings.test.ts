import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { settings } from '../../../core/codec/settings.ts'

t.test('the address is a path, with or without its scheme', async (t) => {
  const decode = (value: unknown): E.Either<unknown, string> => settings.address.codec.decode(value)
  t.strictSame(['/run/x.sock', 'unix:///run/x.sock', 'unix:/run/x.sock'].map(decode), new Array(3).fill(E.right('/run/x.sock')))
  for (const value of ['x.sock', '', 'unix:x.sock', 'tcp://1.2.3.4:5', '/a\nb', 3]) t.ok(E.isLeft(decode(value)), String(value))
})

t.test('paths are as long as a unix socket allows, counted in bytes', async (t) => {
  const decode = (value: unknown): E.Either<unknown, string> => settings.address.codec.decode(value)
  t.ok(E.isRight(decode(`/${'x'.repeat(106)}`)))
  t.ok(E.isLeft(decode(`/${'x'.repeat(107)}`)))
  for (const [char, bytes] of [['é', 2], ['€', 3], ['😀', 4]] as const) {
    const fits = Math.floor(106 / bytes)
    t.ok(E.isRight(decode(`/${char.repeat(fits)}`)), char)
    t.ok(E.isLeft(decode(`/${char.repeat(fits + 1)}`)), char)
  }
  t.ok(E.isLeft(settings.stateDir.codec.decode(`/${'x'.repeat(90)}`)), 'room is left for the socket in the state folder')
})

t.test('every default is what its own codec would give', async (t) => {
  const { address, stateDir, log } = settings
  t.strictSame([address, stateDir].map(({ codec, default: value }) => codec.decode(codec.encode(value))), [
    E.right('/run/containerd/containerd.sock'),
    E.right('/var/lib/containerd-reaper'),
  ])
  t.strictSame(log.codec.decode(log.codec.encode(log.default)), E.right('pretty'))
  t.strictSame(settings.dryRun.codec.decode(settings.dryRun.codec.encode(false)), E.right(false))
  t.strictSame(settings.deleteGraceMs.codec.decode('0s'), E.right(0))
  t.ok(E.isLeft(settings.dryRun.codec.decode('false')))
})

t.test('only k8s.io and moby are foreign', async (t) => {
  t.strictSame(settings.allowForeignNamespaces.codec.decode(['k8s.io', 'moby']), E.right(['k8s.io', 'moby']))
  t.ok(E.isLeft(settings.allowForeignNamespaces.codec.decode(['k8s'])))
})
