import { clock, useClock } from '../../lib/clock';

describe('the clock', () => {
	it('shows the time of the replacement, and the host\'s again after it is put back', async () => {
		let now = 1_000;
		const restore = useClock({
			now: () => now,
			sleep: async (ms) => {
				now += ms;
			},
		});
		await clock.sleep(500);
		expect(clock.now()).toBe(1_500);
		restore();
		expect(clock.now()).toBeGreaterThan(1_600_000_000_000);
	});

	it('stops sleeping when the execution is cancelled', async () => {
		const controller = new AbortController();
		const sleeping = clock.sleep(50_000, controller.signal);
		controller.abort(new Error('cancelled by the user'));
		await expect(sleeping).rejects.toThrow('cancelled by the user');
	});

	it('does not begin to sleep when the execution is cancelled already', async () => {
		await expect(clock.sleep(50_000, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
	});
});
