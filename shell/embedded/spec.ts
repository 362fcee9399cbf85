/**
 * The piece of an OCI runtime spec that the stand acts on: what to run, where, and whether in a pid namespace of its own.
 * A spec travels as JSON inside an Any.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type Any } from '../proto/gen/google/protobuf/any.ts'
import { type ProcessSpec } from './process.ts'
import { type TaskSpec } from './shim_port.ts'

const specUrl = 'types.containerd.io/opencontainers/runtime-spec/1/Spec'
const processUrl = 'types.containerd.io/opencontainers/runtime-spec/1/Process'

const Process = t.intersection([
  t.type({ args: t.array(t.string) }),
  t.partial({ env: t.array(t.string), cwd: t.string }),
])

const Spec = t.intersection([
  t.type({ process: Process }),
  t.partial({ linux: t.partial({ namespaces: t.array(t.intersection([t.type({ type: t.string }), t.partial({ path: t.string })])) }) }),
])

const jsonOf = (any: Any | undefined): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(any?.value))
  } catch {
    return undefined
  }
}

const anyOf = (typeUrl: string, value: unknown): Any => ({ typeUrl, value: new TextEncoder().encode(JSON.stringify(value)) })

const processOf = ({ args, env, cwd }: t.TypeOf<typeof Process>): ProcessSpec => ({
  argv: args,
  ...(env === undefined ? {} : { env: Object.fromEntries(env.map((line) => [line.replace(/=.*$/s, ''), line.replace(/^[^=]*=?/, '')])) }),
  ...(cwd === undefined ? {} : { cwd }),
})

/** What an exec's spec asks for. Left: one line on what is wrong with it. */
export const processSpecOf = (spec: Any | undefined): E.Either<string, ProcessSpec> => {
  const read = Process.decode(jsonOf(spec))
  return read._tag === 'Right' ? E.right(processOf(read.right)) : E.left('spec does not contain a process')
}

/** What a container's spec asks for. A pid namespace without a path is one of its own. */
export const taskSpecOf = (spec: Any | undefined): E.Either<string, TaskSpec> => {
  const read = Spec.decode(jsonOf(spec))
  if (read._tag === 'Left') return E.left('spec does not contain a process')
  const { process, linux } = read.right
  const ownPidNamespace = (linux?.namespaces ?? []).some(({ type, path = '' }) => type === 'pid' && path === '')
  return E.right({ ...processOf(process), ownPidNamespace })
}

/** The spec of a container that runs a command. */
export const specOf = ({ argv, env, cwd, ownPidNamespace }: TaskSpec): Any =>
  anyOf(specUrl, {
    ociVersion: '1.1.0',
    process: {
      args: argv,
      ...(env === undefined ? {} : { env: Object.entries(env).map(([name, value]) => `${name}=${value}`) }),
      ...(cwd === undefined ? {} : { cwd }),
    },
    linux: { namespaces: [{ type: 'mount' }, ...(ownPidNamespace ? [{ type: 'pid' }] : [])] },
  })

/** The spec of an exec. */
export const execSpecOf = (argv: ReadonlyArray<string>): Any => anyOf(processUrl, { args: argv })
