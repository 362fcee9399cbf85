import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { allSettings, readConfig, readSetting, valuesOfFile } from '../../../core/codec/config.ts'
import { fromEnvironment, fromFile, fromFlag, fromValue } from '../../../core/codec/origin.ts'
import { settings } from '../../../core/codec/settings.ts'

const file = fromFile('x.toml')
const problemsIn = (value: unknown): ReadonlyArray<string> => {
  const read = E.flatMap(readConfig)(valuesOfFile(value, file))
  return E.isLeft(read) ? read.left.problems : []
}

t.test('no two settings share a name', async (t) => {
  const names = allSettings.flatMap(({ key, flag, env, short }) => [key, flag, ...env, ...(short === undefined ? [] : [short])])
  t.equal(new Set(names).size, names.length)
})

t.test('unknown keys are refused, with the one that was meant', async (t) => {
  t.strictSame(problemsIn({ namespace: ['ci'] }), ['Cannot use namespace in x.toml: there is no such setting; did you mean namespaces?'])
  t.strictSame(problemsIn({ policy: { handling_timout: '1s' } }), [
    'Cannot use policy.handling_timout in x.toml: there is no such setting; did you mean policy.handling_timeout?',
  ])
  t.strictSame(problemsIn({ 'a b': 1 }), ['Cannot use "a b" in x.toml: there is no such setting; leave it out'])
  t.strictSame(problemsIn(JSON.parse('{"__proto__":1}')), ['Cannot use __proto__ in x.toml: there is no such setting; leave it out'])
})

t.test('settings of later versions are refused, not passed over', async (t) => {
  t.strictSame(problemsIn({ policy: { nri_timeout: '2s' } }), [
    'Cannot use policy.nri_timeout in x.toml: it is not available in this version; leave it out',
  ])
})

t.test('what is no table is refused as a whole', async (t) => {
  t.strictSame(problemsIn([]), ['Cannot read the configuration: wanted an object of settings, found []'])
  t.strictSame(problemsIn(new Date(0)).length, 1, 'a date of TOML is an object too')
  t.strictSame(problemsIn({ policy: 3 }), ['Cannot use policy in x.toml: wanted a table of settings, found 3'])
})

t.test('every wrong value is told, each with its place', async (t) => {
  t.strictSame(problemsIn({ namespaces: ['ci', 'b c'], log: 'xml', policy: { handling_timeout: 10, max_handlings: '8' } }), [
    'Cannot use namespaces[1] in x.toml: wanted a name of at most 76 letters and digits, with single dots, dashes or underscores between ' +
    'them, found "b c"',
    'Cannot use log in x.toml: wanted pretty or json, found "xml"',
    'Cannot use policy.handling_timeout in x.toml: wanted a duration with its unit, 1ms to 24h, such as 250ms, 10s or 1m30s, found 10',
    'Cannot use policy.max_handlings in x.toml: wanted a whole number from 1 to 1024, found "8"',
  ])
})

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
