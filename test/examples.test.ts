/** Runs the examples of core/, shell/, the README and the pages of docs/ on Node, by the package's name, as a user would. `deno test --doc` does the same on Deno. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import ts from 'typescript'
import { examplesOf } from './support/examples.ts'
import { inProject } from './support/paths.ts'

const out = inProject('dist', 'test', 'examples')
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })

const sources = ['core', 'shell'].flatMap((folder) =>
  readdirSync(inProject(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('proto/gen/'))
    .map((name) => `${folder}/${name}`)
    .sort()
)

const pages = readdirSync(inProject('docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`).sort()

for (const source of [...sources, 'README.md', ...pages].filter((name) => existsSync(inProject(name)))) {
  const examples = examplesOf(readFileSync(inProject(source), 'utf8'), source.endsWith('.md') ? 'markdown' : 'typescript')
  for (const { line, code } of examples) {
    t.test(`${source}:${line}`, async () => {
      const file = inProject('dist', 'test', 'examples', `${source.replaceAll(/[/.]/g, '_')}_${line}.js`)
      const target = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
      writeFileSync(file, ts.transpileModule(code, { compilerOptions: target }).outputText)
      await import(pathToFileURL(file).href)
    })
  }
}

t.test('finds the blocks of a comment and leaves out what is marked', async (t) => {
  const text = ['/**', ' * @example', ' * ```ts', ' * const a = 1', ' *   a', ' * ```', ' * ```ts ignore', ' * no', ' * ```', ' */'].join(
    '\n',
  )
  t.same(examplesOf(text, 'typescript'), [{ line: 3, code: 'const a = 1\n  a' }])
  t.same(examplesOf('```sh\nls\n```\n\n```ts\nb()\n```\n', 'markdown'), [{ line: 5, code: 'b()' }])
})
