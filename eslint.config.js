// The rules: typescript-eslint's strict set everywhere, and on top of it what keeps core/ pure.
import tseslint from 'typescript-eslint'

const importForm = {
  regex: '^(fp-ts|io-ts|retry-ts)/(?!lib/.*\\.js$)',
  message: 'Use <package>/lib/X.js: the short form type-checks and then fails on Node and Deno.',
}
const importRoot = { regex: '^fp-ts$', message: 'Use fp-ts/lib/X.js, which loads only what is used.' }

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.tap/', 'shell/proto/gen/', 'test/deno/', '**/*.mjs', '**/*.js'] },
  {
    files: ['core/**/*.ts', 'shell/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-imports': ['error', { patterns: [importForm, importRoot] }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Off: a thunk that ends in a call without result reads well, and a default written out is a type said aloud.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-unnecessary-type-arguments': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/unified-signatures': 'off',
    },
  },
  {
    files: ['core/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', {
        patterns: [
          importForm,
          importRoot,
          { regex: '^node:', message: 'core/ reads nothing from the outside.' },
          { regex: '(^|/)shell/', message: 'core/ does not know the shell.' },
        ],
      }],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time is a field of the event.' },
        { object: 'Math', property: 'random', message: 'Randomness is drawn in the shell.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time is a field of the event.' },
        { selector: 'ClassDeclaration', message: 'core/ has data and functions, no classes.' },
        { selector: 'ThrowStatement', message: 'What can go wrong is a value.' },
        { selector: ':function[async=true]', message: 'core/ waits for nothing.' },
        {
          selector: 'TSAsExpression:not([typeAnnotation.typeName.name="const"])',
          message: 'A cast needs a reason: only the opaque types of ids.ts, table.ts and queue.ts cast.',
        },
      ],
    },
  },
  { files: ['core/ids.ts', 'core/table.ts', 'core/queue.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    // tap's assertions return promises that nobody waits for, and tests look into values the types rule out.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
)
