// Generates shell/proto/gen from our .proto files with buf and ts-proto, both from node_modules and without network.
// With --check: generates into a temporary folder and says which committed files differ.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const generated = 'shell/proto/gen'

const options = [
  'outputServices=grpc-js',
  'esModuleInterop=true',
  'enumsAsLiterals=true', // no TypeScript enum: the sources run where types are only stripped
  'forceLong=bigint', // 64-bit numbers survive
  'importSuffix=.ts',
  'useDate=false', // nanoseconds survive
  'useMapType=true', // a label named __proto__ survives
  'unknownFields=true', // what we do not know is written back as it came
  'useReadonlyTypes=true',
  'comments=false', // ours stand in the .proto files; the standard ones are not ours to repeat
  'useExactTypes=false', // the exact form refuses maps and lists of plain literals
  'outputJsonMethods=false',
  'outputPartialMethods=true',
]

const generate = (out) => {
  const template = {
    version: 'v2',
    plugins: [{ local: join(process.cwd(), 'node_modules/.bin/protoc-gen-ts_proto'), out, opt: options }],
  }
  execFileSync(join(process.cwd(), 'node_modules/.bin/buf'), ['generate', '--template', JSON.stringify(template)], {
    cwd: 'shell/proto',
    stdio: 'inherit',
  })
}

const filesBelow = (folder) =>
  existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).sort() : []

const sameText = (a, b) => existsSync(a) && existsSync(b) && readFileSync(a, 'utf8') === readFileSync(b, 'utf8')

if (process.argv.includes('--check')) {
  const fresh = mkdtempSync(join(tmpdir(), 'proto-'))
  try {
    generate(fresh)
    const names = [...new Set([...filesBelow(fresh), ...filesBelow(generated)])]
    const stale = names.filter((name) => !sameText(join(fresh, name), join(generated, name)))
    if (stale.length > 0) {
      console.error(
        `Cannot trust ${generated}: wanted what the .proto files give, found other text in ${stale.join(', ')}; run npm run proto`,
      )
      process.exitCode = 1
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
} else {
  rmSync(generated, { recursive: true, force: true })
  generate(join(process.cwd(), generated))
}
