import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** Only the backend's own folder knows how the engine is reached. */
const tauri = {
	group: ['@tauri-apps/*', '**/backend/tauri', '**/backend/fake*'],
	message: 'Only src/backend reaches the engine; take a Backend as a parameter.'
};

const features = [
	'connection',
	'debugger',
	'export',
	'flows',
	'palette',
	'request',
	'response',
	'run',
	'sandbox',
	'script',
	'settings',
	'status',
	'tests',
	'trigger',
	'welcome',
	'workspace'
];

/** `request` and `response` are two halves of the tester: the one shows the other. */
const JOINED = { request: ['response'], response: ['request'] };

export default ts.config(
	{ ignores: ['dist', 'src/backend/types'] },
	...ts.configs.recommended,
	...svelte.configs.recommended,
	{
		languageOptions: { globals: globals.browser },
		rules: {
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
			eqeqeq: ['error', 'always', { null: 'ignore' }],
			'no-restricted-imports': ['error', { patterns: [tauri] }],
			// Lists here are keyed by place where their items have no name of their own.
			'svelte/require-each-key': 'error',
			'svelte/no-navigation-without-resolve': 'off'
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } }
	},
	{
		files: ['src/components/**', 'src/lib/**'],
		rules: {
			'no-restricted-imports': 'off',
			'@typescript-eslint/no-restricted-imports': [
				'error',
				{
					patterns: [
						{ ...tauri, allowTypeImports: false },
						{ group: ['**/features/**'], message: 'components and lib know no feature.' },
						{
							group: ['**/backend', '**/backend/**'],
							message: 'Only types of the backend here.',
							allowTypeImports: true
						}
					]
				}
			]
		}
	},
	...features.map((feature) => ({
		files: [`src/features/${feature}/**`],
		rules: {
			'no-restricted-imports': [
				'error',
				{
					patterns: [
						tauri,
						{
							group: features
								.filter((other) => other !== feature && !JOINED[feature]?.includes(other))
								.flatMap((other) => [`../${other}/*`, `**/features/${other}/**`]),
							message: 'Features do not import each other; App.svelte joins them.'
						}
					]
				}
			]
		}
	})),
	{
		files: ['src/main.ts', 'src/backend/**', 'src/**/*.test.ts'],
		rules: { 'no-restricted-imports': 'off', '@typescript-eslint/no-restricted-imports': 'off' }
	}
);
