/** What the ATS Trigger promises of every provider that it can poll, and the proof that a provider which breaks the promise is found out. */
import type { ProviderEntry } from '../providers/entry.cts';
import { providerEntries } from '../providers/index.cts';
import { deep } from '../size.cts';
import { sabotages } from './support/sabotage.cts';
import { checks } from './support/triggerContract.cts';

const polled = providerEntries.filter(({ provider }) => provider.changes);
const named = (entries: readonly ProviderEntry[]) => entries.map((entry) => [entry.provider.label, entry] as const);

describe.each(named(polled))('the ATS Trigger with %s', (_label, entry) => {
	it.each(checks.filter(({ applies }) => applies(entry)).map((check) => [check.title, check] as const))('%s', async (_title, check) => await check.run(entry));
});

/** All of them in deep; otherwise one for each provider, by turns. */
function tried(entry: ProviderEntry) {
	const all = sabotages.filter(({ applies }) => applies(entry));
	return all.filter((_one, at) => deep || at === polled.indexOf(entry) % all.length);
}

describe.each(named(polled))('a broken %s is found out', (_label, entry) => {
	it.each(tried(entry).map((sabotage) => [sabotage.title, sabotage] as const))('%s', async (_title, { begin, tries }) => {
		const end = begin(entry);
		try {
			const failures: string[] = [];
			for (const check of checks.filter(({ title, applies }) => tries.test(title) && applies(entry))) await check.run(entry).catch((error: unknown) => failures.push(String(error)));
			expect(failures.length).toBeGreaterThan(0);
		} finally {
			end();
		}
	});
});
