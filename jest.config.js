/** Tests run from the sources through swc; types are checked beside them, see test/run.js. */
module.exports = {
	testEnvironment: '<rootDir>/test/jest/environment.js',
	runtime: '<rootDir>/test/jest/runtime.js',
	testMatch: ['<rootDir>/test/{unit,engine,contract,chaos,security}/**/*.test.cts'],
	moduleFileExtensions: ['ts', 'cts', 'js', 'cjs', 'json', 'node'],
	transform: {
		'\\.c?ts$': [
			'@swc/jest',
			{
				jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2022' },
				module: { type: 'commonjs' },
				sourceMaps: 'inline',
			},
		],
	},
	testSequencer: '<rootDir>/test/jest/slowestFirst.js',
	modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.hosts'],
	reporters: ['default', '<rootDir>/test/jest/closingLine.js'],
	// No test fails because a machine is busy: this only ends one that waits for ever.
	testTimeout: process.env.DEEP === '1' ? 1_800_000 : 600_000,
	// A busy machine takes its time to end a process; one that something keeps open is still told of.
	workerGracefulExitTimeout: 30_000,
	maxWorkers: 2,
};
