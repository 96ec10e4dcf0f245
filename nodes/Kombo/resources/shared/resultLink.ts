import { rows, text, type Values } from '../../../../lib/action/field';

export const resultLink = [
	text('label', { displayName: 'Label', required: true, placeholder: 'Assessment result' }),
	text('url', { displayName: 'URL', required: true, placeholder: 'https://example.com/results/1234' }),
	rows('attributes', {
		displayName: 'Details',
		addLabel: 'Add Detail',
		rowLabel: 'Detail',
		description: 'Shown with the link where the ATS can',
		fields: [text('key', { displayName: 'Name', required: true, placeholder: 'Score' }), text('value', { displayName: 'Value', required: true, placeholder: '97 %' })],
	}),
	text('prefix', { displayName: 'Details Prefix', default: 'Result', description: 'Opens the names of custom fields where the ATS keeps details in such' }),
] as const;

export function resultLinkBody({ label, url, attributes, prefix }: Values<typeof resultLink>) {
	return { label, url, details: attributes.length === 0 ? undefined : { custom_field_name_prefix: `${prefix ?? 'Result'}: `, attributes } };
}
