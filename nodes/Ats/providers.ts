import { FieldError } from '../../lib/errors';
import type { Provider } from '../../lib/ats/provider';
import { provider as chatTechnologies } from '../ChatTechnologies/adapter';
import { provider as kombo } from '../Kombo/adapter';

/** The one list of adapters: a new provider is a line here. In the order of the dropdown. */
export const providers: readonly Provider[] = [kombo, chatTechnologies];

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

/** Names of the providers that fit, for displayOptions. */
export function providersWith(fits: (provider: Provider) => boolean): string[] {
	return providers.filter(fits).map(({ name }) => name);
}
