import parser from '@typescript-eslint/parser';
import inngest from '@inngest/eslint-plugin';

export default [
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parser },
    plugins: { '@inngest': inngest },
    rules: {
      '@inngest/await-inngest-send': 'warn',
      '@inngest/no-nested-steps': 'error',
      '@inngest/no-variable-mutation-in-step': 'error',
    },
  },
];
