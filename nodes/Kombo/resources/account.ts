import { choice, collection, dropdown, email, id, text, toggle } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { path } from '../../../lib/http/path';
import { rowsOf, type KomboApi } from '../api';
import { category, language, linkType } from '../fields';
import { loadTools } from '../lookups';
import { connectionModel, linkModel, simpleTool, syncModel } from '../models';
import { operation } from '../operation';

export const connection: Resource<KomboApi> = {
	name: 'Connection',
	value: 'connection',
	description: 'How a customer connects an ATS',
	operations: [
		operation({
			name: 'Create Link',
			value: 'createLink',
			action: 'Create a connection link',
			description: 'Get a link with which a customer connects an ATS. Each completed flow makes a new integration; to renew one use Integration, Create Reconnect Link.',
			access: 'write',
			fields: [
				email('email', { displayName: 'Email', required: true, placeholder: 'ada@example.com', description: 'E-mail address of the person who connects' }),
				text('organization', { displayName: 'Organization', required: true, placeholder: 'Acme', description: 'Name of the customer' }),
				category,
				linkType,
				collection('additionalFields', {
					displayName: 'Additional Fields',
					fields: [
						text('originId', { displayName: 'Origin ID', placeholder: 'customer-1234', description: 'ID of the customer in your own system' }),
						dropdown('tool', { displayName: 'Tool', load: loadTools, description: 'The ATS; the customer chooses when empty. Choose from the list, or give its ID with an expression.' }),
						text('remoteEnvironment', { displayName: 'Remote Environment', placeholder: 'sandbox', description: 'For tools that have several environments. Choose the tool too.' }),
						language,
						id('scopeConfigId', { displayName: 'Scope Config ID', placeholder: 'B1hu5NGyhdjSq5X3hxEz4bAN', description: 'Which set of permissions the link asks for, instead of the default one' }),
						toggle('fieldMapping', { displayName: 'Field Mapping', description: 'Whether the customer maps fields during the set-up' }),
						toggle('filtering', { displayName: 'Filtering', description: 'Whether the customer chooses what is shared during the set-up (HRIS only)' }),
					],
				}),
			],
			output: linkModel,
			// https://docs.kombo.dev/v1/post-connect-create-link
			run: async (kombo, p) => {
				const more = p.additionalFields;
				return await kombo.write('POST', '/connect/create-link', {
					end_user_email: p.email,
					end_user_organization_name: p.organization,
					end_user_origin_id: more.originId,
					integration_category: p.category,
					integration_tool: more.tool,
					remote_environment: more.remoteEnvironment,
					language: more.language,
					scope_config_id: more.scopeConfigId,
					enable_filtering: more.filtering,
					enable_field_mapping: more.fieldMapping,
					link_type: p.linkType,
				});
			},
		}),
		operation({
			name: 'Get by Token',
			value: 'getByToken',
			action: 'Get a connection by its token',
			description: 'Find out which integration a customer has just made, with the token that the connection flow gave to your page',
			access: 'read',
			fields: [text('token', { displayName: 'Token', required: true, secret: true, description: 'What the connection flow gave when it ended' })],
			output: connectionModel,
			// https://docs.kombo.dev/v1/get-connect-integration-by-token-token
			run: async (kombo, p) => await kombo.get(path`/connect/integration-by-token/${p.token}`),
		}),
	],
};

export const sync: Resource<KomboApi> = {
	name: 'Sync',
	value: 'sync',
	description: "The update of Kombo's copy",
	operations: [
		operation({
			name: 'Trigger',
			value: 'trigger',
			action: 'Trigger a sync',
			description: 'Have Kombo read the ATS now. It runs in the background, one at a time; Kombo asks not to do this regularly, since it synchronises by itself.',
			access: 'write',
			fields: [
				choice('type', {
					displayName: 'Type',
					description: 'How much to read from the ATS',
					options: [
						{ name: 'Full', value: 'FULL', description: 'Everything: also finds what was deleted' },
						{ name: 'Delta', value: 'DELTA', description: 'Only what changed, where the ATS can tell' },
					],
				}),
			],
			output: syncModel,
			// https://docs.kombo.dev/v1/post-force-sync
			run: async (kombo, p) => await kombo.write('POST', '/force-sync', { type: p.type }),
		}),
	],
};

export const tool: Resource<KomboApi> = {
	name: 'Tool',
	value: 'tool',
	description: 'A system that Kombo can connect',
	operations: [
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many tools',
			description: 'List the systems that this account can connect, and what Kombo can do with each',
			access: 'read',
			many: true,
			fields: [category],
			...simpleTool,
			// https://docs.kombo.dev/v1/get-tools-category
			run: async (kombo, p) => rowsOf(await kombo.get(path`/tools/${p.category.toLowerCase()}`), 'tools'),
		}),
	],
};
