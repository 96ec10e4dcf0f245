/** Tests run from the sources through swc; types are checked beside them, see test/run.js. */
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
	// No test fails because a machine is busy: this only ends one that waits for ever.
	testTimeout: process.env.DEEP === '1' ? 1_800_000 : 600_000,
	maxWorkers: 2,
};
