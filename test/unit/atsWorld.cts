/** The engine beside a vendor in memory, polled once a minute of simulated time. */
import { DEFAULT_OPTIONS, type PollOptions } from '../../lib/ats/changes/options';
import { useClock } from '../../lib/clock';
import { ManualClock, MINUTE } from '../../sandbox/clock.cts';
import { SimHost, type Mode } from '../chaos/host.cts';
import { FakeVendor } from '../chaos/vendor.cts';

export let clock: ManualClock;
let restore: () => void;
beforeEach(() => {
	clock = new ManualClock();
	restore = useClock(clock);
});
afterEach(() => restore());

export function setUp({ applications = 5, mode = 'default', ...options }: Partial<PollOptions> & { applications?: number; mode?: Mode } = {}) {
	const vendor = new FakeVendor(clock);
	const records = vendor.fill(applications);
	const host = new SimHost(mode, () => vendor.source(), { ...DEFAULT_OPTIONS, ...options }, () => clock.now());
	const minute = async (times = 1) => {
		let last = null;
		for (let i = 0; i < times; i++) {
			clock.advance(MINUTE);
			vendor.settle();
			last = await host.tick();
		}
		return last;
	};
	const emitted = () => host.items.map(({ event, applicationId }) => `${event} ${applicationId}`);
	return { vendor, host, records, minute, emitted, id: (index: number) => records[index]?.id ?? '' };
}
