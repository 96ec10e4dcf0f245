/** Prints the ten slowest suites, and the one line that a script (and CI) reads: `N passed, N failed`. A suite that did not even start counts as failed. */
module.exports = class ClosingLine {
	onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults }) {
		const slowest = testResults
			.map(({ testFilePath, perfStats }) => [perfStats.end - perfStats.start, testFilePath.split(/[\\/]test[\\/]/).at(-1)])
			.sort(([one], [other]) => other - one)
			.slice(0, 10);
		if (testResults.length > 1) console.log(`\nThe slowest suites, in seconds:\n${slowest.map(([ms, file]) => `${(ms / 1000).toFixed(1).padStart(8)}  ${file}`).join('\n')}`);
		const count = { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
		// jest prints its own summary after this: test/run.js says the line when all else is over.
		if (process.send) process.send(count);
		else console.log(`\n${count.passed} passed, ${count.failed} failed`);
	}
};
