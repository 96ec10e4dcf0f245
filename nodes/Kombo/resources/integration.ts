import { choice, collection, id, locator, toggle } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import { path } from '../../../lib/http/path';
import type { KomboApi } from '../api';
import { integrationIdOptional, integrationIdRequired, language, linkType } from '../fields';
import { searchCustomFields, searchIntegrationFields } from '../lookups';
import { customFieldModel, doneModel, integrationFieldModel, linkModel, simpleIntegration } from '../models';
import { operation } from '../operation';

const customFieldId = locator('customFieldId', { displayName: 'Custom Field', search: searchCustomFields, description: 'A field that you defined in Kombo; Get Many Custom Fields lists them' });
const integrationFieldId = locator('integrationFieldId', { displayName: 'Integration Field', search: searchIntegrationFields, description: 'A field of the ATS; Get Many Integration Fields lists them' });

/** Kombo has no list of integrations: IDs come from its dashboard, from a connection's token, or from the trigger. */
export const integration: Resource<KomboApi> = {
	name: 'Integration',
	value: 'integration',
	description: 'The connection of one customer with one ATS',
	operations: [
		operation({
			name: 'Create Reconnect Link',
			value: 'createReconnectLink',
			action: 'Create a reconnect link for an integration',
			description: 'Get a link with which the customer renews the connection to the ATS after its credentials have ended',
			access: 'write',
			fields: [integrationIdOptional, linkType, collection('additionalFields', { displayName: 'Additional Fields', fields: [language, id('scopeConfigId', { displayName: 'Scope Config ID', placeholder: 'B1hu5NGyhdjSq5X3hxEz4bAN', description: 'Which set of permissions the link asks for, instead of the present one' })] })],
			output: linkModel,
			// https://docs.kombo.dev/v1/post-integrations-integration-id-relink
			run: async (kombo, p) =>
				await kombo.write('POST', path`/integrations/${kombo.integrationOr(p.integrationId)}/relink`, { link_type: p.linkType, language: p.additionalFields.language, scope_config_id: p.additionalFields.scopeConfigId }),
		}),
		operation({
			name: 'Create Setup Link',
			value: 'createSetupLink',
			action: 'Create a setup link for an integration',
			description: 'Get a link with which the customer completes steps of the set-up (filtering, field mapping) that are switched on in Kombo',
			access: 'write',
			fields: [integrationIdOptional, linkType, collection('additionalFields', { displayName: 'Additional Fields', fields: [language] })],
			output: linkModel,
			// https://docs.kombo.dev/v1/post-integrations-integration-id-setup-link
			run: async (kombo, p) => await kombo.write('POST', path`/integrations/${kombo.integrationOr(p.integrationId)}/setup-link`, { link_type: p.linkType, language: p.additionalFields.language }),
		}),
		operation({
			name: 'Delete',
			value: 'delete',
			action: 'Delete an integration',
			description: 'Delete a connection and all that Kombo has copied through it. It cannot be undone. The ID must be given here: the default of the credential is not taken.',
			access: 'delete',
			fields: [integrationIdRequired],
			output: doneModel,
			// https://docs.kombo.dev/v1/delete-integrations-integration-id
			run: async (kombo, p) => {
				await kombo.send({ method: 'DELETE', path: path`/integrations/${p.integrationId}`, body: {} });
				return { success: true, integration_id: p.integrationId };
			},
		}),
		operation({
			name: 'Enable or Disable',
			value: 'setEnabled',
			action: 'Enable or disable an integration',
			description: 'Switch a connection on or off. Off ends running synchronisations and keeps the credentials.',
			access: 'write',
			fields: [integrationIdOptional, toggle('enabled', { displayName: 'Enabled', default: true, description: 'Whether the integration is on' })],
			output: doneModel,
			// https://docs.kombo.dev/v1/put-integrations-integration-id-enabled
			run: async (kombo, p) => {
				const integrationId = kombo.integrationOr(p.integrationId);
				await kombo.send({ method: 'PUT', path: path`/integrations/${integrationId}/enabled`, body: { value: p.enabled } });
				return { success: true, integration_id: integrationId };
			},
		}),
		operation({
			name: 'Get',
			value: 'get',
			action: 'Get an integration',
			description: 'Read the state of a connection and what it can do: which records can be read and which actions taken',
			access: 'read',
			fields: [integrationIdOptional],
			...simpleIntegration,
			// https://docs.kombo.dev/v1/get-integrations-integration-id
			run: async (kombo, p) => await kombo.get(path`/integrations/${kombo.integrationOr(p.integrationId)}`),
		}),
		operation({
			name: 'Get Many Custom Fields',
			value: 'getCustomFields',
			action: 'Get many custom fields of an integration',
			description: 'List the fields that you defined in Kombo, and the field of the ATS that each is filled from',
			access: 'read',
			many: true,
			fields: [integrationIdOptional],
			output: customFieldModel,
			// https://docs.kombo.dev/v1/get-integrations-integration-id-custom-fields
			run: (kombo, p, item) => kombo.list(path`/integrations/${kombo.integrationOr(p.integrationId)}/custom-fields`, {}, item.limit),
		}),
		operation({
			name: 'Get Many Integration Fields',
			value: 'getIntegrationFields',
			action: 'Get many integration fields of an integration',
			description: 'List the fields that the ATS offers for mapping',
			access: 'read',
			many: true,
			fields: [integrationIdOptional],
			output: integrationFieldModel,
			// Up to 2,000 a page. https://docs.kombo.dev/v1/get-integrations-integration-id-integration-fields
			run: (kombo, p, item) => kombo.list(path`/integrations/${kombo.integrationOr(p.integrationId)}/integration-fields`, {}, item.limit, 2000),
		}),
		operation({
			name: 'Map Custom Field',
			value: 'mapCustomField',
			action: 'Map a custom field of an integration',
			description: 'Say which field of the ATS fills a field that you defined in Kombo, or take the mapping away. Both IDs come from the two Get Many operations.',
			access: 'write',
			fields: [
				integrationIdOptional,
				customFieldId,
				locator('integrationFieldId', { displayName: 'Integration Field', required: false, search: searchIntegrationFields, description: 'A field of the ATS of the same model', hint: 'Empty takes the mapping away' }),
			],
			output: customFieldModel,
			// https://docs.kombo.dev/v1/put-integrations-integration-id-custom-fields-custom-field-id
			run: async (kombo, p) => await kombo.write('PUT', path`/integrations/${kombo.integrationOr(p.integrationId)}/custom-fields/${p.customFieldId}`, { integration_field_id: p.integrationFieldId ?? null }),
		}),
		operation({
			name: 'Update Integration Field',
			value: 'updateIntegrationField',
			action: 'Update an integration field',
			description: 'Choose whether records carry the value of a field of the ATS',
			access: 'write',
			fields: [
				integrationIdOptional,
				integrationFieldId,
				choice('passthrough', {
					displayName: 'Pass Through',
					default: 'on',
					description: 'Whether the value appears under integration_fields of records',
					options: [
						{ name: 'As the Default Says', value: 'default' },
						{ name: 'Off', value: 'off' },
						{ name: 'On', value: 'on' },
					],
				}),
			],
			output: integrationFieldModel,
			// https://docs.kombo.dev/v1/patch-integrations-integration-id-integration-fields-integration-field-id
			run: async (kombo, p) =>
				await kombo.write('PATCH', path`/integrations/${kombo.integrationOr(p.integrationId)}/integration-fields/${p.integrationFieldId}`, { enable_passthrough: p.passthrough === 'default' ? null : p.passthrough === 'on' }),
		}),
	],
};
