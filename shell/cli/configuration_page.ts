/**
 * docs/configuration.md, made from the table of settings, so that it cannot say anything else than the program does. A test compares
 * the file with this text, and writes it anew when UPDATE_DOCS is set.
 *
 * @module
 */
import { allSettings, type SettingRow } from '../../core/index.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')
const code = (text: string): string => `\`${text}\``

const fileKey = ({ key }: SettingRow): string => code(key.replace('policy.', ''))
const flag = ({ short, flag: long, argument }: SettingRow): string =>
  code(`${short === undefined ? '' : `${short}, `}${long}${argument === undefined ? '' : ` ${argument}`}`)

const line = (row: SettingRow): string =>
  `| ${
    [
      fileKey(row),
      flag(row),
      row.env.map(code).join(', '),
      row.defaultText,
      row.wanted,
      `${row.meaning}. Why: ${row.reason}`,
    ].map(cell).join(' | ')
  } |`

const table = (rows: ReadonlyArray<SettingRow>): string =>
  [
    '| key in the file | flag | environment | default | accepts | meaning, and the reason for the default |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(line),
  ].join('\n')

const isPolicy = ({ key }: SettingRow): boolean => key.startsWith('policy.')

/** A file that the text shows and a test decodes. */
export const exampleFile = `# /etc/containerd-reaper.toml
namespaces = ["ci", "build"]
selectors = ["labels.app==runner", 'labels."example.com/team"==core']
delete_grace = "2s"
log = "json"

[policy]
handling_timeout = "10s"
max_handlings = 8
delete_hard_limit = "off"
`

const paragraphs: ReadonlyArray<string> = [
  '<!-- Made from the table of settings in core/codec/. Do not edit: UPDATE_DOCS=1 in the environment of its test writes it anew. -->',
  '# Configuration',
  '`containerd-reaper run` takes each setting from the first of these that has it:\n\n' +
  '1. its flag,\n2. its environment variable (an empty one counts as not set),\n' +
  '3. the configuration file that `--config PATH` or `CONTAINERD_REAPER_CONFIG` names (there is none by default),\n4. its default.',
  'A list is taken whole from one place; lists are not joined. A value that is wrong, a key that is not a setting, or a file that is not TOML\n' +
  'ends the program with exit code 2 and one line on standard error that says where, what was wanted, what was found and what to do.\n' +
  'Unknown `CONTAINERD_REAPER_*` variables are passed over, because Kubernetes sets such for a service of that name.',
  'Only `namespaces` has no default. `status` knows `--state-dir` and `--json`, `demo` knows `--log`, `events` knows `--cri-socket`, `--from` and\n`--json`, `replay` knows `--json`, ' +
  '`import` knows `--namespace` and `--state-dir`; `status`, `events` and `import` read the configuration file too.',
  '## Settings',
  table(allSettings.filter((row) => !isPolicy(row))),
  '## Policy',
  'In the file these stand in the table `[policy]`.',
  table(allSettings.filter(isPolicy)),
  '## The file',
  `The keys are those of the tables above.\n\n\`\`\`toml\n${exampleFile}\`\`\``,
  '## Durations',
  'A duration is whole numbers with units, largest first: `250ms`, `10s`, `1m30s`, `2h`. The unit is never left out.',
  '## Namespaces',
  "`k8s.io` belongs to Kubernetes (containerd's CRI plugin) and `moby` to Docker. They delete their own tasks, and where two delete, shims leak. So both are\n" +
  'refused unless they are allowed by name: `--namespace k8s.io --allow-foreign-namespace k8s.io`.',
  '## Selectors',
  "A selector is a filter in containerd's own syntax. Conditions divided by commas must all hold; of several selectors one has to match.\n" +
  'A container has the fields `id`, `image`, `runtime.name` and `labels.KEY`.',
  '| write | for |\n| --- | --- |\n| `labels.app==web` | the label `app` is `web` |\n| `labels.app!=web` | it is not, or there is none |\n' +
  '| `labels.app` | there is such a label, and it is not empty |\n| `id~=/^ci-/` | the id matches a regex (of Go, not anchored) |\n' +
  '| `labels."example.com/team"==core` | a name with `/` or `-` in it needs quotes |\n' +
  '| `labels.path=="/x"` | so does a value that begins with `/` or a pipe, which containerd takes for quotes |\n' +
  '| `id~="^ci-\\\\d+$"` | in quotes of all kinds, a backslash is written twice |',
  'Filters that containerd would refuse, or that could never match, are refused at the start.',
]

/** The text of docs/configuration.md. */
export const configurationPage: string = `${paragraphs.join('\n\n')}\n`
