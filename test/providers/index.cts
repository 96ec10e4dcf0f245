/** Every entry of `test/providers` and `test/services`, read from the folders. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { providers as offered } from '../../nodes/Ats/providers';
import type { Sandbox } from '../../sandbox/index.cts';
import type { Account, CredentialData, ProviderEntry, ServiceEntry } from './entry.cts';

export type { Account, Demo, NodeEntry, ProviderEntry, ServiceEntry } from './entry.cts';

const NOT_ENTRIES = ['entry.cts', 'index.cts'];

function entriesIn<T>(folder: string): T[] {
	return readdirSync(folder)
		.filter((file) => file.endsWith('.cts') && !NOT_ENTRIES.includes(file))
		.sort()
		.map((file) => {
			const { entry }: { entry?: T } = require(join(folder, file));
			if (!entry) throw new Error(`${join(folder, file)} exports no "entry"`);
			return entry;
		});
}

const rank = ({ provider }: ProviderEntry) => offered.findIndex(({ name }) => name === provider.name);

/** Every provider of the ATS node, in the order of its dropdown. */
export const providerEntries: readonly ProviderEntry[] = entriesIn<ProviderEntry>(__dirname).sort((a, b) => rank(a) - rank(b));

/** Providers, then services that are none. */
export const serviceEntries: readonly ServiceEntry[] = [...providerEntries, ...entriesIn<ServiceEntry>(join(__dirname, '..', 'services'))];

/** An account at each of these services that the sandbox plays: data by credential type. */
export function credentialsOf(account: Account, entries: readonly ServiceEntry[] = serviceEntries): CredentialData {
	return Object.assign({}, ...entries.filter(({ simulator }) => account.urls[simulator] !== undefined).map((entry) => entry.credentials(account)));
}

/** The first credential type of a service. */
export function credentialTypeOf(entry: ServiceEntry, sandbox: Pick<Sandbox, 'urls' | 'credentials'>): string {
	const [type] = Object.keys(entry.credentials(sandbox));
	if (type === undefined) throw new Error(`The entry of ${entry.simulator} names no credential`);
	return type;
}

export function entryOf(simulator: string): ServiceEntry | undefined {
	return serviceEntries.find((entry) => entry.simulator === simulator);
}
