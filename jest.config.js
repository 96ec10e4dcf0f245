/** Tests run from the sources through swc; types are checked by `npm run types`. */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/{unit,engine,contract,chaos,security}/**/*.test.cts'],
	moduleFileExtensions: ['ts', 'cts', 'js', 'cjs', 'json', 'node'],
	transform: {
		// fastify's `inject` loads one ESM-only module.
		'(\\.c?ts|/node_modules/cookie/.+\\.js)$': [
			'@swc/jest',
			{
				jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2022' },
				module: { type: 'commonjs' },
				sourceMaps: 'inline',
			},
		],
	},
	transformIgnorePatterns: ['/node_modules/(?!cookie/)'],
	modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.hosts'],
	reporters: ['default', '<rootDir>/test/closingLine.js'],
	testTimeout: 60_000,
	maxWorkers: 2,
};
