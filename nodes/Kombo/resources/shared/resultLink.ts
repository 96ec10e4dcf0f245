import { rows, text, type Values } from '../../../../lib/action/field';

export const resultLink = [
	text('label', { displayName: 'Label', description: 'What the link is called in the ATS', required: true, placeholder: 'Assessment result' }),
	text('url', { displayName: 'URL', description: 'Where the result can be seen', required: true, placeholder: 'https://example.com/results/1234' }),
	rows('attributes', {
		displayName: 'Details',
		addLabel: 'Add Detail',
		rowLabel: 'Detail',
		description: 'Shown with the link where the ATS can',
		fields: [text('key', { displayName: 'Name', description: 'What the detail is called', required: true, placeholder: 'Score' }), text('value', { displayName: 'Value', description: 'What it says', required: true, placeholder: '97 %' })],
	}),
	text('prefix', { displayName: 'Details Prefix', default: 'Result', description: 'Put before the names of custom fields, where the ATS keeps details in them' }),
] as const;

export function resultLinkBody({ label, url, attributes, prefix }: Values<typeof resultLink>) {
	return { label, url, details: attributes.length === 0 ? undefined : { custom_field_name_prefix: `${prefix ?? 'Result'}: `, attributes } };
}
