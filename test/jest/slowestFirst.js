/** The longest suites begin, so that no worker waits for the other's at the end; a new machine has no times of its own. From the table that closes a run. */
const { default: Sequencer } = require('@jest/test-sequencer');

const SLOWEST = [
	'engine/trigger.contract',
	'chaos/chaos',
	'engine/checkConnection',
	'engine/personalData',
	'engine/outputsAsInputs',
	'engine/ats',
	'engine/examples',
	'unit/atsMemory',
	'chaos/webhooks',
	'engine/chatkittyTrigger',
	'engine/fuzz.requests',
	'engine/fuzz.answers',
	'security/attacks',
	'engine/secrets',
];
const rank = ({ path }) => {
	const at = SLOWEST.findIndex((name) => path.endsWith(`${name}.test.cts`));
	return at < 0 ? SLOWEST.length : at;
};

module.exports = class SlowestFirst extends Sequencer {
	sort(tests) {
		return super.sort(tests).sort((one, other) => rank(one) - rank(other));
	}
};
