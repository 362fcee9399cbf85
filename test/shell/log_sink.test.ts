import { spawn } from 'node:child_process'
import { Writable } from 'node:stream'
import t from 'tap'
import { boundedSink } from '../../shell/log_sink.ts'
import { inProject } from '../support/paths.ts'
import { settle } from '../support/virtual_clock.ts'

/** A stream whose reader takes the next piece only when told, or is gone. */
const setting = (limit = 10) => {
  const written: Array<string> = []
  const complaints: Array<string> = []
  const waiting: Array<(error?: Error) => void> = []
  const stream = new Writable({
    decodeStrings: false,
    autoDestroy: false,
    write: (line: string, _encoding, done) => {
      written.push(line)
      waiting.push(done)
    },
  })
  const sink = boundedSink(stream, { name: 'the test', limit, onTrouble: (complaint) => complaints.push(complaint) })
  const take = async (error?: Error): Promise<void> => {
    while (waiting.length > 0) {
      waiting.shift()?.(error)
      await settle()
    }
  }
  return { sink, written, complaints, take }
}

t.test('lines go through, and flush waits for them', async (t) => {
  const { sink, written, complaints, take } = setting()
  sink.write('a\n')
  sink.write('b\n')
  let flushed = false
  void sink.flush().then(() => flushed = true)
  await settle()
  t.notOk(flushed)
  await take()
  t.ok(flushed)
  t.equal(written.join(''), 'a\nb\n')
  t.same(complaints, [])
})

t.test('behind a slow reader lines are left out and counted, and that is said', async (t) => {
  const { sink, written, complaints, take } = setting(4)
  for (const line of ['a\n', 'b\n', 'c\n', 'd\n', 'e\n']) sink.write(line)
  t.same(complaints, ['Cannot write to the test: its reader is too slow; lines are left out until it catches up'])
  await take()
  sink.write('f\n')
  await take()
  t.same(complaints.slice(1), ['Writing to the test again: 2 lines were left out'])
  t.equal(written.join(''), 'a\nb\nc\nf\n')
})

t.test('a reader that is gone is said once, and stops nothing', async (t) => {
  const { sink, complaints, take } = setting()
  sink.write('a\n')
  const flushed = sink.flush()
  await take(new Error('EPIPE: broken pipe'))
  sink.write('b\n')
  await flushed
  await sink.flush()
  t.same(complaints, ['Cannot write to the test: EPIPE: broken pipe; no more lines are written there'])
})

t.test('the real standard output: a reader that hangs does not stop the program, and one that leaves does not end it', async (t) => {
  const sinkModule = JSON.stringify(inProject('dist', 'shell', 'log_sink.js'))
  const program = `
    import { systemSinks } from ${sinkModule}
    const { out, err } = systemSinks()
    for (let i = 0; i < 100; i++) out.write('x'.repeat(10_000) + '\\n')
    err.write('still here\\n')
    await out.flush()
    err.write('flushed\\n')
    await err.flush()
  `
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  await new Promise<void>((resolve) =>
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
      if (said.includes('still here\n')) resolve() // said while nobody has read a byte of the megabyte on standard output
    })
  )
  child.stdout.destroy()
  t.equal(await ended, 0)
  t.match(said, /^still here\nCannot write to standard output: .*EPIPE.*; no more lines are written there\nflushed\n$/)
})
