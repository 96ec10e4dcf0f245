import type { INode, IPollFunctions, IWebhookFunctions } from 'n8n-workflow';

import { DAY } from '../poll/limits';
import { ProcessMap } from '../processMap';
import type { Field, Values } from './field';
import { readParameters } from './parameters';

/** Reads the fields of a trigger with each event and poll: once, while they are the same and hold no expression. Nobody may change what it gives. */
export function settingsReader<const Fields extends readonly Field[]>(fields: Fields): (context: IPollFunctions | IWebhookFunctions, node: INode) => Values<Fields> {
	const known = new ProcessMap<Values<Fields> | null>(DAY, 100);
	return (context, { parameters }) => {
		const zone = context.getTimezone();
		const read = () => readParameters(fields, parameters, (name) => context.getNodeParameter(name, null), zone);
		const held = JSON.stringify(parameters);
		// n8n makes the same of the same, but for expressions.
		return known.of(`${zone} ${held}`, () => (held.includes('"=') ? null : read())) ?? read();
	};
}
