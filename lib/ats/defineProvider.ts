import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { Field, Some } from '../action/field';
import type { EventName } from './model';
import { credentialDigest } from '../http/digest';
import type { Host } from '../http/host';
import type { AdapterSource, Context, Provider, ProviderSpec } from './provider';
import type { Source } from './source';

/** Makes the provider that the nodes work with; what its declarations already say is added here. */
export function defineProvider<const Settings extends readonly Field[] = readonly []>(spec: ProviderSpec<Settings>): Provider {
	const { account, changes, operations, settings, ...facts } = spec;
	// The node's options were read by these very fields just before the call.
	const typed = ({ settings: given, ...context }: Context<Record<string, unknown>>): Context<Some<Settings>> => ({ settings: pick(given, settings ?? []) as Some<Settings>, ...context });
	return {
		...facts,
		settings: settings ?? [],
		operations: async (host, context) => await operations(host, typed(context)),
		...(changes
			? {
					changes: async (host, options, context) => {
						const source = await changes(host, options, typed(context));
						return withFacts(source, { provider: spec.name, label: spec.label, events: eventsOf(spec), scope: await scopeOf(host, context, async () => await account?.(host, typed(context))) });
					},
				}
			: {}),
	};
}

function pick(given: Record<string, unknown>, fields: readonly Field[]): Record<string, unknown> {
	return Object.fromEntries(fields.flatMap(({ name }) => (given[name] === undefined ? [] : [[name, given[name]]])));
}

function eventsOf({ capabilities }: Pick<Provider, 'capabilities'>): EventName[] {
	return Object.keys(capabilities.events) as EventName[];
}

type Facts = Pick<Source, 'provider' | 'label' | 'scope'> & { events: readonly EventName[] };

function withFacts(source: AdapterSource, { events, ...facts }: Facts): Source {
	return source.kind === 'feed' ? Object.assign(source, facts) : Object.assign(source, facts, { events });
}

const CAPACITY = 200;
/** Accounts that were asked for, by credential; a process asks once. */
const accounts = new Map<string, readonly string[]>();

async function scopeOf(host: Host, { credential, settings }: Context<Record<string, unknown>>, ask: () => Promise<readonly string[] | undefined>): Promise<readonly string[]> {
	const key = `${credential} ${credentialDigest(await host.getCredentials<ICredentialDataDecryptedObject>(credential))} ${JSON.stringify(settings)}`;
	const known = accounts.get(key);
	if (known) return known;
	const account = (await ask()) ?? [credential, host.getNode().credentials?.[credential]?.id ?? ''];
	for (const oldest of accounts.keys()) {
		if (accounts.size < CAPACITY) break;
		accounts.delete(oldest);
	}
	accounts.set(key, account);
	return account;
}
