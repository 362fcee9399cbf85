import t from 'tap'
import { type Level, type Log, type LogOptions, makeLog } from '../../shell/log.ts'
import { recordingLog } from '../support/recording_log.ts'
import { virtualClock } from '../support/virtual_clock.ts'

const logged = (format: LogOptions['format'], level: Level, use: (log: Log) => void) => {
  const lines: { readonly out: Array<string>; readonly err: Array<string> } = { out: [], err: [] }
  const sink = (to: Array<string>) => ({ write: (line: string) => void to.push(line) })
  use(makeLog({ format, level, clock: virtualClock(Date.UTC(2026, 10, 23, 12)), out: sink(lines.out), err: sink(lines.err) }))
  return lines
}

const stopped = { namespace: 'ci', id: 'web-1', exitCode: 137, exitedAt: 2n ** 63n }

t.test('json: one object a line on standard output, level, time and message first', async (t) => {
  const { out, err } = logged('json', 'info', (log) => {
    log.result('container stopped', stopped)
    log.warn('containerd is gone')
  })
  t.same(out, [
    '{"level":"info","time":"2026-11-23T12:00:00.000Z","msg":"container stopped","namespace":"ci","id":"web-1","exitCode":137,"exitedAt":"9223372036854775808"}\n',
    '{"level":"warn","time":"2026-11-23T12:00:00.000Z","msg":"containerd is gone"}\n',
  ])
  t.same(err, [])
})

t.test('pretty: results on standard output, the rest on standard error', async (t) => {
  const { out, err } = logged('pretty', 'info', (log) => {
    log.result('container stopped', stopped)
    log.error('Cannot delete', { error: 'no answer within 10 s' })
  })
  t.equal(out.length, 1)
  t.match(
    out[0],
    /^\[\d\d:\d\d:\d\d\.\d\d\d\] INFO: container stopped {2}namespace=ci {2}id=web-1 {2}exitCode=137 {2}exitedAt=9223372036854775808\n$/,
  )
  t.equal(err.length, 1)
  t.match(err[0], /ERROR: Cannot delete {2}error="no answer within 10 s"\n$/)
})

t.test('the level leaves lines out, but never results', async (t) => {
  const { out } = logged('json', 'error', (log) => {
    for (const say of [log.debug, log.info, log.warn, log.error, log.result]) say('said')
  })
  t.same(out.map((line) => (JSON.parse(line) as { readonly level: string }).level), ['error', 'info'])
  t.equal(logged('json', 'debug', (log) => log.debug('said')).out.length, 1)
})

t.test('what JSON cannot hold is written as text, however deep', async (t) => {
  const { out } = logged(
    'json',
    'info',
    (log) => log.info('odd', { at: { nanos: 1n }, error: new Error('no'), none: null, gone: undefined }),
  )
  t.same(JSON.parse(out[0] ?? ''), {
    level: 'info',
    time: '2026-11-23T12:00:00.000Z',
    msg: 'odd',
    at: { nanos: '1' },
    error: 'no',
    none: null,
  })
})

t.test("a container's control characters do not reach the terminal", async (t) => {
  const { err } = logged('pretty', 'info', (log) => log.info('odd', { text: '\u001b[2J', lines: 'a\nb' }))
  t.match(err[0], /text="\\u001b\[2J" {2}lines="a\\nb"\n$/)
})

t.test('the recording log keeps what it is told', async (t) => {
  const log = recordingLog()
  for (const say of [log.debug, log.info, log.warn, log.error, log.result]) say('said', { id: 'web-1' })
  t.same(log.lines.map(({ level }) => level), ['debug', 'info', 'warn', 'error', 'result'])
  t.same(log.lines[0], { level: 'debug', msg: 'said', fields: { id: 'web-1' } })
})

t.test('pretty: the pid of a container stands among the fields, and not as that of the process in front', async (t) => {
  const { err } = logged('pretty', 'info', (log) => log.warn('put off', { id: 'web', pid: 4211, name: 'x' }))
  t.match(err[0], /\] WARN: put off {2}id=web {2}pid=4211 {2}name=x\n$/)
})
