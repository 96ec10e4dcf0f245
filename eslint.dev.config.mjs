/** Our own lint: the dev-side code, and the house rules of the shipped code that n8n's config does not know. */
import js from '@eslint/js';
import regexp from 'eslint-plugin-regexp';
import { readdirSync } from 'node:fs';
import tseslint from 'typescript-eslint';

const services = readdirSync('nodes');
const type = (pattern, message) => ({ selector: pattern, message });

export default tseslint.config(
	{ ignores: ['dist/**', '.hosts/**', '.cache/**', 'node_modules/**'] },
	{ files: ['**/*.{js,mjs}'], extends: [js.configs.recommended], languageOptions: { globals: { require: 'readonly', module: 'writable', exports: 'writable', process: 'readonly', console: 'readonly', __dirname: 'readonly', Buffer: 'readonly', setTimeout: 'readonly' } } },
	{
		files: ['{sandbox,test,bench}/**/*.cts'],
		extends: [js.configs.recommended, tseslint.configs.recommended],
		rules: {
			'@typescript-eslint/no-require-imports': 'off',
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
			'no-undef': 'off',
			'max-lines': ['error', { max: 700, skipBlankLines: true, skipComments: true }],
		},
	},
	{
		files: ['{nodes,lib,credentials}/**/*.ts'],
		extends: [tseslint.configs.base],
		plugins: { regexp },
		rules: {
			// Text of others must not stop n8n: nothing that takes more than linear time.
			'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
			'regexp/no-super-linear-move': ['error', { report: 'potential', ignoreSticky: false }],
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/no-non-null-assertion': 'error',
			'@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true, 'ts-ignore': true, 'ts-nocheck': true }],
			'max-lines': ['error', { max: 450, skipBlankLines: true, skipComments: true }],
			'no-restricted-syntax': [
				'error',
				type("SwitchStatement[discriminant.name='operation'], SwitchStatement[discriminant.property.name='operation']", 'An operation is one object: no switch over operations.'),
				type("MemberExpression[object.name='Date'][property.name='now']", 'Time comes from lib/clock.'),
				type("NewExpression[callee.name='Date'][arguments.length=0]", 'Time comes from lib/clock.'),
			],
		},
	},
	{ files: ['lib/clock.ts'], rules: { 'no-restricted-syntax': 'off' } },
	{ files: ['lib/**/*.ts'], rules: { 'no-restricted-imports': ['error', { patterns: [{ group: ['**/nodes/**', '**/credentials/**', '**/sandbox/**'], message: 'Arrows point down: lib knows no vendor.' }] }] } },
	...services
		.filter((service) => service !== 'Ats')
		.map((service) => ({
			files: [`nodes/${service}/**/*.ts`],
			rules: { 'no-restricted-imports': ['error', { patterns: [{ group: services.filter((other) => other !== service).map((other) => `**/${other}/**`), message: 'Service folders do not know each other.', caseSensitive: true }] }] },
		})),
	{
		files: ['nodes/Ats/**/*.ts'],
		ignores: ['nodes/Ats/providers.ts'],
		rules: { 'no-restricted-imports': ['error', { patterns: [{ group: services.filter((other) => other !== 'Ats').map((other) => `**/${other}/**`), message: 'Only providers.ts imports adapters.', caseSensitive: true }] }] },
	},
);
