/** The style, as a test: who may import whom, what core/ may not name, how long a file may be, and that every source file has its test. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { inProject } from './support/paths.ts'

const sourcesOf = (folder: string): ReadonlyArray<string> =>
  existsSync(inProject(folder))
    ? readdirSync(inProject(folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|mjs)$/.test(name) && !name.startsWith('proto/gen/'))
      .map((name) => `${folder}/${name}`)
      .sort()
    : []

const textOf = (file: string): string => readFileSync(inProject(file), 'utf8')

/** What a file imports; relative specifiers as paths from the project's folder. */
const importsOf = (file: string): ReadonlyArray<string> =>
  ts.preProcessFile(textOf(file), true, true).importedFiles.map(({ fileName }) =>
    fileName.startsWith('.') ? normalize(join(dirname(file), fileName)) : fileName
  )

const persistentMapUsers = ['core/table.ts', 'core/queue.ts']
// A pure function: JSON.parse rounds the nanosecond times of containerd's status file.
const exactJsonUsers = ['core/codec/status_file.ts']
const packages = /^(fp-ts\/lib\/\w+\.js|io-ts|io-ts\/lib\/\w+\.js)$/
const coreMay = (file: string, name: string): boolean =>
  name.startsWith('core/') || packages.test(name) || (name === 'immutable' && persistentMapUsers.includes(file)) ||
  (name === 'lossless-json' && exactJsonUsers.includes(file))
const shellPackages = /^(node:|@grpc\/grpc-js$|classic-level$|commander$|pino$|pino-pretty$|retry-ts$|smol-toml$)/
const shellMay = (name: string): boolean =>
  name === 'core/index.ts' || name.startsWith('shell/') || packages.test(name) || shellPackages.test(name)

/** Words that core/ has no business with, looked for in its code without comments and strings. */
const bannedInCore =
  /\b(Date\.now|new Date\(\)|Math\.random|performance\.|crypto\.|async|await|Promise|class|throw|console|process|setTimeout|any)\b/

/** The code of a file, with comments and the text of strings blanked out. */
const codeOf = (file: string): string => {
  const text = textOf(file)
  const scanner = ts.createScanner(ts.ScriptTarget.ES2022, false, ts.LanguageVariant.Standard, text)
  const quiet = [
    ts.SyntaxKind.SingleLineCommentTrivia,
    ts.SyntaxKind.MultiLineCommentTrivia,
    ts.SyntaxKind.StringLiteral,
    ts.SyntaxKind.NoSubstitutionTemplateLiteral,
    ts.SyntaxKind.TemplateHead,
  ]
  let code = ''
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    code += quiet.includes(token) ? scanner.getTokenText().replaceAll(/[^\n]/g, ' ') : scanner.getTokenText()
  }
  return code
}

const linesOf = (file: string): number => textOf(file).split('\n').length - 1

for (const file of sourcesOf('core')) {
  t.test(file, async (t) => {
    t.same(importsOf(file).filter((name) => !coreMay(file, name)), [], 'imports only what core/ may')
    t.same(
      codeOf(file).split('\n').filter((line) => bannedInCore.test(line)),
      [],
      'names no clock, no chance and nothing that waits or throws',
    )
    t.ok(linesOf(file) <= 150, 'has at most 150 lines', { found: linesOf(file) })
  })
}

for (const file of sourcesOf('shell')) {
  t.test(file, async (t) => {
    t.same(importsOf(file).filter((name) => !shellMay(name)), [], 'imports only what shell/ may')
    t.ok(linesOf(file) <= 300, 'has at most 300 lines', { found: linesOf(file) })
  })
}

t.test('tests and benches stay short', async (t) => {
  const long = [...sourcesOf('test'), ...sourcesOf('bench'), ...sourcesOf('examples')].filter((file) => linesOf(file) > 300)
  t.same(long, [])
})

t.test('the form of every import', async (t) => {
  const all = ['core', 'shell', 'test', 'bench', 'examples'].flatMap(sourcesOf)
  const wrong = all.flatMap((file) =>
    importsOf(file).filter((name) =>
      /^fp-ts(\/(?!lib\/)|$)|^retry-ts\/(?!lib\/)/.test(name) ||
      (!name.includes(':') && name.includes('/') && name.endsWith('.js') && !name.includes('/lib/'))
    )
      .map((name) => `${file}: ${name}`)
  )
  t.same(wrong, [], 'fp-ts/lib/X.js for fp-ts, .ts for our own')
})

/** Files whose test stands elsewhere or that hold nothing to test; each with its reason. */
const testedElsewhere: Readonly<Record<string, string>> = {
  'core/index.ts': 're-exports; test/examples.test.ts imports it by name',
  'core/describe.ts': 're-exports; the tests of core/describe/ import it',
  'shell/index.ts': 're-exports; test/examples.test.ts imports it by name',
  'shell/containerd/client.ts': 'needs a connection; test/vectors/wire.ts, on both runtimes',
  'shell/containerd/unary.ts': 'needs a connection; test/vectors/wire.ts, on both runtimes',
  'shell/containerd/stream.ts': 'needs a connection; test/vectors/wire_streams.ts, on both runtimes',
  'shell/containerd/probe.ts': 'test/vectors/probe.ts, on both runtimes',
  'shell/store/port.ts': 'a type',
  'shell/store/before.ts': 'needs files; test/shell/store/*_cases.ts, on both runtimes',
  'shell/store/copy.ts': 'needs files; test/shell/store/*_cases.ts, on both runtimes',
  'shell/store/peek.ts': 'needs files; test/shell/store/*_cases.ts, on both runtimes',
  'shell/store/compact.ts': 'needs files; test/shell/store/*_cases.ts, on both runtimes',
  'shell/store/contents.ts': 'needs files; test/shell/store/*_cases.ts, on both runtimes',
  'shell/store/durable.ts': 'needs files; test/shell/store/*_cases.ts, on both runtimes',
  'shell/store/head.ts': 'needs files; test/shell/store/*_cases.ts, on both runtimes',
  'shell/store/owner.ts': 'needs files; test/shell/store/*_cases.ts, on both runtimes',
  'shell/store/row.ts': 'needs files; test/shell/store/*_cases.ts, on both runtimes',
  'shell/store/rows.ts': 'needs files; test/shell/store/*_cases.ts, on both runtimes',
  'shell/store/salvage.ts': 'needs files; test/shell/store/*_cases.ts, on both runtimes',
  'shell/store/writer.ts': 'needs files; test/shell/store/*_cases.ts, on both runtimes',
  'shell/cri/directory.ts': 'needs records; test/vectors/shell/cri/message.ts and cri.ts, on both runtimes',
  'shell/cri/facts.ts': 'needs records; test/vectors/shell/cri/message.ts, on both runtimes',
  'shell/cri/roster.ts': 'test/vectors/shell/cri/answers.ts and cri.ts, on both runtimes',
  'shell/cri/seq_field.ts': 'needs a client; test/vectors/shell/cri/services.ts and test/shell/cli/events.test.ts',
  'shell/cri/server.ts': 'needs a client; test/vectors/shell/cri/services.ts and socket.ts, on both runtimes',
  'shell/cri/times.ts': 'needs a stage; test/vectors/shell/cri/stage.ts, on both runtimes',
  'shell/cri/view.ts': 'test/vectors/shell/cri/answers.ts and message.ts, on both runtimes',
  'shell/cri/wire.ts': 'test/vectors/shell/cri/answers.ts and message.ts, on both runtimes',
  'shell/cli/streams.ts': 'types, and a constant that test/vectors/shell/cli/printer.ts uses',
  'shell/cli/run_cri.ts': 'needs a run; test/shell/cli/events.test.ts',
  'shell/listeners/moments.ts': 'needs a feed; test/vectors/shell/cri/feed.ts and pump.ts, on both runtimes',
  'shell/nri/index.ts': 're-exports; test/examples.test.ts imports it by name',
  'shell/ttrpc/fault.ts': 'a constructor; the vectors of shell/ttrpc/ and of shell/nri/mux.ts compare what it makes',
  'shell/nri/plugin.ts': 'needs a host; test/vectors/shell/nri/host.ts and faults.ts, on both runtimes',
  'shell/nri/updates.ts': 'needs a host; test/vectors/shell/nri/host.ts, on both runtimes',
  'shell/embedded/index.ts': 're-exports; test/examples.test.ts imports it by name',
}

/** Types alone leave nothing behind when they are stripped, and nothing to test. */
const holdsCode = (file: string): boolean => {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, removeComments: true, verbatimModuleSyntax: true }
  return ts.transpileModule(textOf(file), { compilerOptions }).outputText.trim() !== 'export {};'
}

/** Its own tap file, or its own vectors, which both runtimes run. */
const hasTest = (file: string): boolean =>
  existsSync(inProject('test', file.replace(/\.ts$/, '.test.ts'))) || existsSync(inProject('test', 'vectors', file))

t.test('every source file has its test file', async (t) => {
  const without = ['core', 'shell'].flatMap(sourcesOf).filter((file) =>
    testedElsewhere[file] === undefined && holdsCode(file) && !hasTest(file)
  )
  t.same(without, [])
  t.same(
    Object.keys(testedElsewhere).filter((file) => !existsSync(inProject(file)) && file !== 'shell/embedded/index.ts'),
    [],
    'the list names files that exist',
  )
})

t.test('every vector module is run', async (t) => {
  const imported = new Set(sourcesOf('test').flatMap(importsOf))
  t.same(sourcesOf('test/vectors').filter((file) => !imported.has(file)), [])
})

t.test('the project stands alone', async (t) => {
  const outside = /\/work\/|\.\.\/shared|\/tmp\/brief|https?:\/\/[a-z.-]*(registry|debian)/
  const own = ['README.md', 'CHANGELOG.md', 'package.json', 'package-lock.json', 'deno.json', '.npmrc', '.ci/run', '.ci/test'].filter((
    name,
  ) => existsSync(inProject(name)))
  const all = [...own, ...['core', 'shell', 'test', 'bench', 'examples'].flatMap(sourcesOf)]
  t.same(
    all.filter((file) => file !== 'test/tidy.test.ts' && outside.test(textOf(file))),
    [],
    'names no path or host of the place it was made in',
  )
})
