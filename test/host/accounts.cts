/** An account at each service that the sandbox plays: credential type -> what a user would type into it. */
import type { IDataObject } from 'n8n-workflow';

import type { Sandbox } from '../../sandbox/index.cts';

export type Accounts = Record<string, IDataObject>;

export function accounts({ urls, credentials }: Pick<Sandbox, 'urls' | 'credentials'>): Accounts {
	const all: Array<[service: string, type: string, own: (url: string) => IDataObject]> = [
		['kombo', 'komboApi', (baseUrl) => ({ region: 'custom', baseUrl })],
		['knit', 'knitApi', (baseUrl) => ({ environment: 'custom', baseUrl })],
		['flatchr', 'flatchrApi', (apiBaseUrl) => ({ apiBaseUrl, careersBaseUrl: urls.flatchrCareers ?? apiBaseUrl })],
		['chatTechnologies', 'chatTechnologiesApi', (baseUrl) => ({ baseUrl })],
		['chatkitty', 'chatKittyOAuth2Api', (baseUrl) => ({ environment: 'custom', baseUrl, tokenUrl: urls.chatkittyToken ?? `${baseUrl}/oauth/token` })],
	];
	return Object.fromEntries(
		all.flatMap(([service, type, own]) => {
			const url = urls[service];
			return url === undefined ? [] : [[type, { ...own(url), ...credentials[service] }]];
		}),
	);
}
