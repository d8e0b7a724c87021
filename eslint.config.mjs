import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import regexp from 'eslint-plugin-regexp';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist/', 'node_modules/', '.azurite/', '.package/', 'coverage/', 'infra/', '.azure/'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...ts.configs.recommendedTypeCheckedOnly.map((config) => ({
    ...config,
    files: ['{src,local,sandbox,bench,scripts}/**/*.ts'],
  })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-shadow': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // An async function that awaits nothing gives what it throws as a rejection, which is what interfaces promise.
      '@typescript-eslint/require-await': 'off',
      // What was caught is handed on as it is.
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      'no-console': 'off',
    },
  },
  {
    // A text of any length must not hold a host: time grows with the text, not with its square.
    files: ['src/**/*.ts', 'local/**/*.ts'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
    },
  },
  {
    files: ['src/lib/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/lib/settings.ts reads the environment.' },
        {
          object: 'z',
          property: 'locales',
          message: 'The package holds English alone: see scripts/package.mjs.',
        },
      ],
    },
  },
  { files: ['src/lib/settings.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    files: ['**/*.cjs', '**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
        console: 'readonly',
        module: 'writable',
        require: 'readonly',
        __dirname: 'readonly',
      },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  prettier,
);
