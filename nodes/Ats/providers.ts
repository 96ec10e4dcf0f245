import type { ICredentialsDisplayOptions, INodeCredentialDescription } from 'n8n-workflow';

import { choice, when } from '../../lib/action/field';
import { FieldError } from '../../lib/errors';
import type { Provider } from '../../lib/ats/provider';
import { provider as ashby } from '../Ashby/provider';
import { provider as bambooHr } from '../BambooHr/provider';
import { provider as chatTechnologies } from '../ChatTechnologies/provider';
import { provider as flatchr } from '../Flatchr/provider';
import { provider as greenhouse } from '../Greenhouse/provider';
import { provider as knit } from '../Knit/provider';
import { provider as kombo } from '../Kombo/provider';
import { provider as lever } from '../Lever/provider';
import { provider as teamtailor } from '../Teamtailor/provider';
import { provider as workable } from '../Workable/provider';

/** The one list of providers: a new one is a line here. In the order of the dropdown. */
export const providers: readonly Provider[] = [kombo, knit, greenhouse, ashby, lever, workable, teamtailor, bambooHr, flatchr, chatTechnologies];

/** Those that the trigger can watch. */
export const polled = providers.filter(({ changes }) => changes !== undefined);

export function providerNamed(name: unknown): Provider {
	const found = providers.find((provider) => provider.name === name);
	if (!found) throw new FieldError(`There is no provider "${String(name)}"`, `Choose one of: ${providers.map(({ label }) => label).join(', ')}.`);
	return found;
}

/** Before any request: what it is, and where it can be done instead. */
export function cannot({ label, serviceNode }: Provider, what: string): FieldError {
	return new FieldError(`${label} cannot ${what} through the unified node`, `${serviceNode === undefined ? '' : `The ${serviceNode} node can do more; `}API Request makes any call of ${label}'s API.`);
}

/** Names of the providers that fit, for displayOptions. */
export function providersWith(fits: (provider: Provider) => boolean): string[] {
	return providers.filter(fits).map(({ name }) => name);
}

// ------------------------------------------------------------------------------------------------------------ log in

const several = providers.filter(({ credentials }) => credentials.length > 1);

/** Shown for providers with several ways to log in; one field for all of them, since n8n keeps one value by name. */
export const authentication = when(
	choice('authentication', {
		displayName: 'Authentication',
		description: 'How to log in',
		options: several.flatMap(({ name, credentials }) => credentials.map(({ type, label }) => ({ name: label, value: type, displayOptions: { show: { provider: [name] } } }))),
		noDataExpression: true,
	}),
	{ provider: several.map(({ name }) => name) },
);

/** Without such a provider there is nothing to choose. */
export const logInFields = several.length > 0 ? [authentication] : [];

/** The credential type in use: the chosen one, if it is one of this provider's. */
export function credentialOf({ credentials, label }: Provider, chosen: unknown): string {
	const found = credentials.find(({ type }) => type === chosen) ?? credentials[0];
	if (!found) throw new FieldError(`${label} has no way to log in`, 'Choose another provider.');
	return found.type;
}

/** Operations that only think: no credential, no call. */
export const WITHOUT_REQUEST = ['normalize', 'getCapabilities'];

/**
 * The credential of each provider, asked for while that provider is chosen. n8n's editor takes a field that names a
 * credential with every choice for the way to log in, and hides it from the node. The first is therefore tied to the
 * field by its full path, which means the same and keeps Provider where it can be seen.
 */
export function providerCredentials(among: readonly Provider[], hide?: ICredentialsDisplayOptions['hide']): INodeCredentialDescription[] {
	return among
		.flatMap(({ name, credentials }) => credentials.map(({ type }) => ({ name, type, alone: credentials.length === 1 })))
		.map(({ name, type, alone }, index) => ({
			name: type,
			required: true,
			displayOptions: { show: { [index === 0 ? '/provider' : 'provider']: [name], ...(alone ? {} : { authentication: [type] }) }, ...(hide ? { hide } : {}) },
		}));
}
