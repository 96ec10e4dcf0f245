/** Prints the one line that a script (and CI) reads: `N passed, N failed`. A suite that did not even start counts as failed. */
module.exports = class ClosingLine {
	onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) {
		console.log(`\n${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed`);
	}
};
