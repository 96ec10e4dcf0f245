import type { INode, IWebhookFunctions } from 'n8n-workflow';

import type { Field, Values } from '../action/field';
import { readParameters } from '../action/parameters';
import { ProcessMap } from '../processMap';

const DAY = 24 * 60 * 60_000;

/** Reads the fields of a trigger for each event: once, while they are the same and hold no expression. Nobody may change what it gives. */
export function settingsReader<const Fields extends readonly Field[]>(fields: Fields): (context: IWebhookFunctions, node: INode) => Values<Fields> {
	const known = new ProcessMap<Values<Fields>>(DAY, 100);
	return (context, { parameters }) => {
		const zone = context.getTimezone();
		const read = () => readParameters(fields, parameters, (name) => context.getNodeParameter(name, null), zone);
		const held = JSON.stringify(parameters);
		// n8n makes the same of the same, but for expressions.
		return held.includes('"=') ? read() : known.of(`${zone} ${held}`, read);
	};
}
