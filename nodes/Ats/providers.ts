import type { ICredentialsDisplayOptions, INodeCredentialDescription } from 'n8n-workflow';

import { FieldError } from '../../lib/errors';
import type { Provider } from '../../lib/ats/provider';
import { provider as chatTechnologies } from '../ChatTechnologies/provider';
import { provider as flatchr } from '../Flatchr/provider';
import { provider as knit } from '../Knit/provider';
import { provider as kombo } from '../Kombo/provider';

/** The one list of adapters: a new provider is a line here. In the order of the dropdown. */
export const providers: readonly Provider[] = [kombo, knit, flatchr, chatTechnologies];

/** Those that the trigger can watch. */
export const polled = providers.filter(({ changes }) => changes !== undefined);

export function providerNamed(name: unknown): Provider {
	const found = providers.find((provider) => provider.name === name);
	if (!found) throw new FieldError(`There is no provider "${String(name)}"`, `Choose one of: ${providers.map(({ label }) => label).join(', ')}.`);
	return found;
}

/** How to read the changes of a provider that can be polled. */
export function changesOf(name: string): NonNullable<Provider['changes']> {
	const { changes, label } = providerNamed(name);
	if (!changes) throw new FieldError(`${label} cannot be polled`, `Use the ${label} Trigger, or choose another provider.`);
	return changes;
}

/**
 * The credential of each provider, asked for while that provider is chosen. n8n's editor takes a field that names a
 * credential with every choice for the way to log in, and hides it from the node. The first is therefore tied to the
 * field by its full path, which means the same and keeps Provider where it can be seen.
 */
export function providerCredentials(among: readonly Provider[], hide?: ICredentialsDisplayOptions['hide']): INodeCredentialDescription[] {
	return among.map(({ name, credential }, index) => ({
		name: credential,
		required: true,
		displayOptions: { show: { [index === 0 ? '/provider' : 'provider']: [name] }, ...(hide ? { hide } : {}) },
	}));
}

/** Names of the providers that fit, for displayOptions. */
export function providersWith(fits: (provider: Provider) => boolean): string[] {
	return providers.filter(fits).map(({ name }) => name);
}
