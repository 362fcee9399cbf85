import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { decodeStatusFile, encodeStatusFile } from '../../../core/codec/status_file.ts'

const exited = '{"Version":"v1","Pid":0,"CreatedAt":1764000000000000001,"StartedAt":1764000000000000002,"FinishedAt":1764000000000000003,' +
  '"ExitCode":137,"Reason":"OOMKilled","Message":"","Resources":{"linux":{"memory_limit_in_bytes":9223372036854771712}}}'

const problemsIn = (text: string): ReadonlyArray<string> => {
  const decoded = decodeStatusFile(text)
  return E.isLeft(decoded) ? decoded.left.problems : []
}
const withField = (field: string, json: string): string => exited.replace(new RegExp(`"${field}":[^,]+`), `"${field}":${json}`)

t.test('keeps every digit of times and of resources', async (t) => {
  t.strictSame(
    decodeStatusFile(exited),
    E.right({
      pid: 0,
      createdAt: 1764000000000000001n,
      startedAt: 1764000000000000002n,
      finishedAt: 1764000000000000003n,
      exitCode: 137,
      reason: 'OOMKilled',
      message: '',
      resources: '{"linux":{"memory_limit_in_bytes":9223372036854771712}}',
    }),
  )
})

t.test('writes the file again as it was', async (t) => {
  const files = [
    exited,
    exited.replace(/"Resources":.*/, '"Resources":null}'),
    exited.replace(/}$/, ',"Restore":true}'),
    withField('Reason', '"say \\"hi\\" \\\\ ä"'),
    withField('FinishedAt', '-9223372036854775808'),
  ]
  for (const file of files) t.strictSame(E.map(encodeStatusFile)(decodeStatusFile(file)), E.right(file))
})

t.test('a field of a later release is passed over, and one that only some releases write may be missing', async (t) => {
  t.ok(E.isRight(decodeStatusFile(exited.replace(/}$/, ',"New":{"a":1}}'))))
  const old = decodeStatusFile(exited.replace(/,"Resources":.*/, '}'))
  t.equal(E.isRight(old) && old.right.resources, 'null')
})

t.test('another version is refused, and the line says why', async (t) => {
  t.strictSame(problemsIn(withField('Version', '"v2"')), [
    'Cannot read status file.Version: wanted "v1", found "v2"; a newer containerd wrote it, so it is left alone and counts as unreadable',
  ])
})

t.test('what is no status file is refused with a line', async (t) => {
  t.match(problemsIn(''), [/^Cannot read status file: wanted JSON, found "": /])
  t.match(problemsIn(exited.slice(0, 40)), [/^Cannot read status file: wanted JSON, found /])
  t.match(problemsIn('{"Version":"v1","Version":"v2"}'), [/Duplicate key/])
  t.match(problemsIn('['.repeat(100_000)), [/^Cannot read status file: wanted JSON/], 'nesting that ends the stack')
  t.strictSame(problemsIn('[]'), ['Cannot read status file: wanted an object, found []'])
  t.strictSame(problemsIn('{}'), ['Cannot read status file.Version: wanted string, found nothing'])
  t.strictSame(problemsIn('3'), ['Cannot read status file: wanted an object, found 3'])
  t.strictSame(problemsIn(withField('Pid', '-1')), ['Cannot read status file.Pid: wanted a whole number from 0 to 4294967295, found -1'])
  t.strictSame(problemsIn(withField('ExitCode', '1.5')), [
    'Cannot read status file.ExitCode: wanted a whole number from -2147483648 to 2147483647, found 1.5',
  ])
  t.strictSame(problemsIn(withField('FinishedAt', '9223372036854775808')), [
    'Cannot read status file.FinishedAt: wanted a whole number from -9223372036854775808 to 9223372036854775807, found 9223372036854775808',
  ])
  t.strictSame(problemsIn(withField('FinishedAt', `1${'0'.repeat(40)}`)).length, 1)
  t.strictSame(problemsIn(exited.replace('"Reason":"OOMKilled",', '')), ['Cannot read status file.Reason: wanted string, found nothing'])
  t.strictSame(problemsIn(exited.replace(/"Resources":.*/, '"Resources":5}')), [
    'Cannot read status file.Resources: wanted an object or null, found 5',
  ])
  t.strictSame(problemsIn(exited.replace(/"Resources":.*/, '"Resources":[]}')), [
    'Cannot read status file.Resources: wanted an object or null, found []',
  ])
})
