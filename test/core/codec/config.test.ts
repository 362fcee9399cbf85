import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { readConfig, readSetting, valuesOfFile } from '../../../core/codec/config.ts'
import { fromEnvironment, fromFile, fromFlag, fromValue } from '../../../core/codec/origin.ts'
import { settings } from '../../../core/codec/settings.ts'

const file = fromFile('x.toml')
const problemsIn = (value: unknown): ReadonlyArray<string> => {
  const read = E.flatMap(readConfig)(valuesOfFile(value, file))
  return E.isLeft(read) ? read.left.problems : []
}

t.test('a namespace is required, and the line says the three ways to give one', async (t) => {
  for (const value of [{}, { namespaces: [] }]) {
    const [line = '', ...more] = problemsIn(value)
    t.match(line, /^Cannot run without a namespace: .*--namespace NS, set CONTAINERD_REAPER_NAMESPACE or write namespaces = \["NS"\]/)
    t.strictSame(more, [])
  }
})

t.test('k8s.io and moby need to be allowed by name', async (t) => {
  for (const name of ['k8s.io', 'moby']) {
    const [line = ''] = problemsIn({ namespaces: ['ci', name] })
    t.match(line, `Cannot use namespaces in x.toml: wanted namespaces of your own, found "${name}"`)
    t.match(line, `insist with --allow-foreign-namespace ${name}`)
    t.strictSame(problemsIn({ namespaces: ['ci', name], allow_foreign_namespaces: [name] }), [])
  }
  t.equal(problemsIn({ namespaces: ['k8s.io', 'moby'], allow_foreign_namespaces: ['moby'] }).length, 1, 'one does not allow the other')
})

t.test('the first wait is at most the longest', async (t) => {
  const wrong = 'wanted a first wait of at most the longest one, found'
  t.strictSame(problemsIn({ namespaces: ['ci'], policy: { backoff_first: '10m' } }), [
    `Cannot use policy.backoff_first in x.toml: ${wrong} 10m and 5m`,
  ])
  t.strictSame(problemsIn({ namespaces: ['ci'], policy: { backoff_cap: '10ms' } }), [
    `Cannot use policy.backoff_cap in x.toml: ${wrong} 1s and 10ms`,
  ])
  t.strictSame(problemsIn({ namespaces: ['ci'], policy: { backoff_first: '1s', backoff_cap: '1s' } }), [])
})

t.test('each value keeps the origin it came from', async (t) => {
  const found = new Map([
    ['namespaces', { raw: ['moby'], origin: fromEnvironment('CONTAINERD_NAMESPACE') }],
    ['log', { raw: 'json', origin: fromFlag('--log') }],
  ])
  const read = readConfig(found)
  t.match(E.isLeft(read) && read.left.problems, [/^Cannot use CONTAINERD_NAMESPACE from the environment: /])
  t.strictSame(readSetting(settings.log, found), E.right('json'))
  t.strictSame(readSetting(settings.stateDir, found), E.right('/var/lib/containerd-reaper'))
  t.ok(E.isLeft(readSetting(settings.log, new Map([['log', { raw: 1, origin: fromValue }]]))))
})

t.test('a CRI socket shows one namespace: several need one each', async (t) => {
  t.strictSame(problemsIn({ namespaces: ['ci', 'build'], cri_socket: '/run/cri.sock' }), [
    'Cannot use cri_socket in x.toml: wanted a socket for each of 2 namespaces, found one for all; ' +
    'write {namespace} in the path where the name is to stand',
  ])
  t.strictSame(problemsIn({ namespaces: ['ci', 'build'], cri_socket: '/run/{namespace}.sock' }), [])
  t.strictSame(problemsIn({ namespaces: ['ci'], cri_socket: '/run/cri.sock' }), [])
  t.strictSame(problemsIn({ namespaces: ['ci', 'build'], cri_socket: '' }), [], 'none is served')
})
