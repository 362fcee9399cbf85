/** Configuration files: their keys and values, each refused with its place. */
import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { allSettings, valuesOfFile } from '../../../core/codec/config_file.ts'
import { fromFile } from '../../../core/codec/origin.ts'

const file = fromFile('x.toml')
const problemsIn = (value: unknown): ReadonlyArray<string> => {
  const read = valuesOfFile(value, file)
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
